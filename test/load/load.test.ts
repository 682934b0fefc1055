import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../support/database.ts'
import { tableText, withRows } from '../support/measured-table.ts'
import { redisAvailable, startRedis } from '../support/redis.ts'
import { committers } from './committers.ts'
import { eventStreams } from './event-streams.ts'
import { FORM } from './form.ts'
import { openInstallation } from './installation.ts'
import type { Servers } from './installation.ts'
import { isMet } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { plans } from './plans.ts'
import { soak } from './soak.ts'
import { submissions } from './submissions.ts'
import { surfaces } from './surfaces.ts'
import { cellsOf, circumstances, loadTable } from './table.ts'
import { tables } from './tables.ts'
import { bornDeadMap, manyWorkers } from './whole-sweep.ts'

const MEASUREMENTS: readonly Measurement[] = [submissions, surfaces, plans, manyWorkers, committers, eventStreams, bornDeadMap, tables, soak]

/** `npm run load -- L2 L5` runs these alone. */
const CHOSEN = (process.env['LOAD_ONLY'] ?? '').split(',').filter((id) => id !== '')
/** `npm run load -- --write FILE` puts the table between the markers of a document. */
const DOCUMENT = process.env['LOAD_WRITE'] ?? ''

const unknown = CHOSEN.filter((id) => !MEASUREMENTS.some((measurement) => measurement.id === id))
if (unknown.length > 0) throw new RangeError(`no measurement ${unknown.join(', ')}; accepted: ${MEASUREMENTS.map(({ id }) => id).join(', ')}`)

describe.skipIf(!redisAvailable())(`under load (${FORM})`, () => {
  const rows: string[][] = []
  let servers: Servers
  beforeAll(async () => {
    const [postgres, redis] = await Promise.all([startTestServer(), startRedis(['--maxmemory-policy', 'noeviction'])])
    servers = { postgres, redis }
  })
  afterAll(async () => {
    await Promise.all([servers?.redis.close(), servers?.postgres.close()])
    if (FORM === 'short') return
    const table = loadTable(MEASUREMENTS.map(({ id }) => id))
    console.log(`\n${circumstances()}\n\n${tableText(table, rows)}\n`)
    if (DOCUMENT !== '') writeFileSync(DOCUMENT, withRows(readFileSync(DOCUMENT, 'utf8'), table, rows))
  })

  const chosen = MEASUREMENTS.filter(({ id, byName }) => (CHOSEN.length === 0 ? byName !== true : CHOSEN.includes(id)))
  for (const { id, what, limitSeconds, run } of chosen) {
    it(`${id}: ${what}`, { timeout: limitSeconds * 1000 }, async () => {
      const installation = await openInstallation(servers)
      try {
        const figures = await run(installation)
        rows.push(...figures.map((figure) => cellsOf({ id, figure })))
        const judged = figures.filter(({ isSpeed }) => !isSpeed || FORM !== 'short')
        expect(judged.filter((figure) => !isMet(figure))).toEqual([])
      } finally {
        await installation.close()
      }
    })
  }
})
