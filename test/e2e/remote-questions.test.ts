import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBackends } from '@collapsar/standalone'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collapsar, collapsarHere } from '../support/collapsar.ts'
import type { Finished } from '../support/collapsar.ts'
import { startServer } from '../support/server.ts'
import type { ServerProcess } from '../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-remote-questions-'))
const served = join(folder, 'served')
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const grid = 'grid: { depth: [3, 6], width: [2, 4] }\ninits: 250\ntraining: { batch: 16, steps: 200 }\n'
const files = { first: write('first.yaml', grid), second: write('second.yaml', `${grid}network: { init: randomized-asymmetric }\n`) }

let server: ServerProcess
let first = ''
let second = ''
beforeAll(async () => {
  server = await startServer(served)
  await auditEveryBlock()
  for (const file of [files.first, files.second]) {
    const { code, stdout } = await collapsar(['submit', file, '--watch', '--json'], { COLLAPSAR_URL: server.url })
    expect(code).toBe(0)
    const { id } = (JSON.parse(stdout) as { sweep: { id: string } }).sweep
    if (first === '') first = id
    else second = id
  }
}, 240_000)
afterAll(async () => {
  await server?.end()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

async function auditEveryBlock(): Promise<void> {
  const { store, close } = await openBackends({ databaseUrl: null, redisUrl: null, allowEviction: false, dataDir: served }, pino({ level: 'silent' }))
  await store.setAuditShare(1)
  await close()
}

/** What somebody without a database gets from the server, which is what the server's own machine reads in its database, to the byte. */
async function answered(...args: readonly string[]): Promise<Finished> {
  const asked = await collapsarHere([...args, '--data', join(folder, 'nowhere')], { COLLAPSAR_URL: server.url })
  const read = await collapsarHere([...args, '--data', served])
  expect(asked).toEqual(read)
  return asked
}

it('tells the worth of restarts, all of them or of a shape', async () => {
  expect(JSON.parse((await answered('best-of', first, '--json')).stdout)).toMatchObject({ sweep: first, cells: { length: 4 } })
  const { stdout } = await answered('best-of', first, '--depth', '6', '--width', '4', '--starts', '1,5', '--json')
  const { cells } = JSON.parse(stdout) as { cells: { points: { starts: number }[] }[] }
  expect(cells.map(({ points }) => points.map(({ starts }) => starts))).toEqual([[1, 5]])
  expect((await answered('best-of', second)).stdout).toContain('trainings until one that has converged')
}, 60_000)

it('compares two sweeps', async () => {
  const { stdout } = await answered('compare', first, second, '--event', 'converged', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ event: 'converged', sweeps: [first, second], pairs: { length: 4 } })
  expect((await answered('compare', first, second)).stdout).toContain('on the same initial networks')
}, 60_000)

it('names the smallest safe width of a file, also where a width was never asked for', async () => {
  const { code, stdout } = await answered('safe-width', '--file', files.first, '--depth', '6', '--below', '0.999', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ depth: 6, evidence: [{ width: 4, trials: 300 }, { width: 2, trials: 300 }] })
  expect(code).toBe(JSON.parse(stdout).width === null ? 9 : 0)
  const wider = write('wider.yaml', grid.replace('[2, 4]', '[2, 4, 8]'))
  const undecided = await answered('safe-width', '--file', wider, '--depth', '6', '--below', '0.5', '--json')
  expect(undecided.code).toBe(9)
  expect(JSON.parse(undecided.stdout)).toMatchObject({ width: null, evidence: [{ width: 8, trials: 0, verdict: 'undecided' }] })
}, 60_000)

it('lists audits', async () => {
  const { audits } = JSON.parse((await answered('audits', '--limit', '5', '--json')).stdout) as { audits: unknown[] }
  // Nobody but their author lives to judge them.
  expect(audits).toMatchObject(Array.from({ length: 5 }, () => ({ cause: 'drawn', state: 'open', votes: [{ arbitration: false }] })))
  expect((await answered('audits', '--limit', '1')).stdout).toMatch(/^\d+ {2}open .* block \d+ by \S+: \S+ [0-9a-f]{8}\n$/)
})

it('trains a trial here and compares it with the record of the server', async () => {
  for (const trial of ['0', '7', '249']) {
    const { code, stdout } = await answered('replay', files.first, '--depth', '6', '--width', '2', '--trial', trial, '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { recorded: { found: true, equal: true } }])
  }
  const missing = await answered('replay', files.first, '--depth', '3', '--width', '2', '--trial', '5000', '--json')
  expect(JSON.parse(missing.stdout)).toMatchObject({ recorded: { found: false, equal: null } })
}, 60_000)

it('says that there is no such sweep, and which commands read a database only', async () => {
  const remote = (...args: string[]) => collapsarHere([...args, '--data', join(folder, 'unused')], { COLLAPSAR_URL: server.url })
  expect(await remote('best-of', 'none')).toMatchObject({ code: 5, stderr: expect.stringContaining('There is no sweep "none"') as unknown })
  expect(await remote('compare', first, 'none')).toMatchObject({ code: 5 })
  expect((await remote('verify')).stderr).toContain('verify does not ask a server: it reads the database of this machine')
}, 60_000)
