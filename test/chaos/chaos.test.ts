import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { tableText, withRows } from '../support/measured-table.ts'
import { redisAvailable } from '../support/redis.ts'
import { overlappingSweeps, repeatedSubmissions } from './client-faults.ts'
import { crashPoints } from './crashes.ts'
import { mixedEngines, poisonedChunk } from './engine-faults.ts'
import { FORM } from './form.ts'
import { startServers } from './installation.ts'
import type { Servers } from './installation.ts'
import { lyingWorker } from './lying-worker.ts'
import { networkFaults } from './network-faults.ts'
import { postgresFaults } from './postgres-faults.ts'
import { redisFaults } from './redis-faults.ts'
import type { Findings, Scenario } from './scenario.ts'
import { storm } from './storm.ts'
import { cellsOf, chaosTable } from './table.ts'
import type { Row } from './table.ts'
import { blockedLoop, killedWorkers, stoppedWorkers } from './worker-faults.ts'

const SCENARIOS: readonly Scenario[] = [
  killedWorkers,
  stoppedWorkers,
  blockedLoop,
  redisFaults,
  postgresFaults,
  networkFaults,
  crashPoints,
  repeatedSubmissions,
  overlappingSweeps,
  mixedEngines,
  lyingWorker,
  poisonedChunk,
  storm,
]

/** In `npm test` one of a family: F2 and F3 are workers lost in slower ways than F1, F8 and F10 have tests of their own beside the code. */
const LEFT_OUT = FORM === 'short' ? ['F2', 'F3', 'F8', 'F10'] : []

/** `npm run chaos -- F4 F6` runs these alone. */
const CHOSEN = (process.env['CHAOS_ONLY'] ?? '').split(',').filter((id) => id !== '')
/** `npm run chaos -- --write FILE` puts the table between the markers of a document. */
const DOCUMENT = process.env['CHAOS_WRITE'] ?? ''

const unknown = CHOSEN.filter((id) => !SCENARIOS.some((scenario) => scenario.id === id))
if (unknown.length > 0) throw new RangeError(`no scenario ${unknown.join(', ')}; accepted: ${SCENARIOS.map(({ id }) => id).join(', ')}`)

describe.skipIf(!redisAvailable())(`under faults (${FORM})`, () => {
  const rows: Row[] = []
  let servers: Servers
  beforeAll(async () => {
    servers = await startServers()
  })
  afterAll(async () => {
    await servers?.close()
    if (FORM === 'short') return
    const table = chaosTable(SCENARIOS.map(({ id }) => id))
    const measured = rows.map((row) => cellsOf(row, `${FORM}, ${new Date().toISOString().slice(0, 10)}`))
    console.log(`\n${circumstances()}\n\n${tableText(table, measured)}\n`)
    if (DOCUMENT !== '') writeFileSync(DOCUMENT, withRows(readFileSync(DOCUMENT, 'utf8'), table, measured))
  })

  const chosen = SCENARIOS.filter(({ id }) => (CHOSEN.length === 0 ? !LEFT_OUT.includes(id) : CHOSEN.includes(id)))
  for (const scenario of chosen) {
    it(`${scenario.id} ${scenario.fault}: ${scenario.promise}`, { timeout: scenario.limitSeconds * 1000 }, async () => {
      const started = performance.now()
      let findings: Findings | null = null
      try {
        findings = await scenario.run(servers)
      } finally {
        rows.push({ scenario, findings, seconds: (performance.now() - started) / 1000 })
      }
    })
  }
})

/** What the figures were measured on. */
function circumstances(): string {
  const [first] = cpus()
  return `${cpus().length} x ${first?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`
}
