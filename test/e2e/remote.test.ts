import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SweepDocument } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsar, collapsarHere, finished, startCollapsar } from '../support/collapsar.ts'
import { startServer } from '../support/server.ts'
import type { ServerProcess } from '../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-remote-'))
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const file = write('sweep.yaml', 'name: remote\ngrid: { depth: [3, 6], width: 4 }\ninits: 250\ntraining: { batch: 16, steps: 300 }\n')
/** Minutes of work: there is always something to interrupt. */
const long = write('long.yaml', 'name: long\ngrid: { depth: 6, width: 6 }\ninits: 100000\ntraining: { batch: 64, steps: 20000 }\n')

const KEY = 'a-key-that-nobody-may-see'
let server: ServerProcess
let url = ''

beforeAll(async () => {
  server = await startServer(join(folder, 'served'))
  url = server.url
})
afterAll(async () => {
  await server.end()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** The real binary where a process begins or follows something; in this process, a second sooner, what asks once. */
const BINARY = ['submit', 'watch', 'plan']

/** A command of somebody who has no database: none appears where it would be. */
const remote = async (...args: string[]) => {
  const nowhere = join(folder, 'nowhere')
  const run = BINARY.includes(args[0] ?? '') ? collapsar : collapsarHere
  const result = await run([...args, '--data', nowhere], { COLLAPSAR_URL: url, COLLAPSAR_KEY: KEY, COLLAPSAR_LOG: 'trace' })
  expect(existsSync(nowhere)).toBe(false)
  expect(`${result.stdout}${result.stderr}`).not.toContain(KEY)
  return result
}
const documentOf = (text: string) => JSON.parse(text) as SweepDocument

describe('collapsar against a server', () => {
  it('submits, follows to the end and prints the map that a run of the same file prints', async () => {
    const plan = await remote('plan', file, '--json')
    expect(JSON.parse(plan.stdout)).toMatchObject({ cells: { total: 2, new: 2 }, trials: { requested: 500, toRun: 500 } })
    const submitted = await remote('submit', file, '--watch', '--json')
    expect(submitted.code).toBe(0)
    expect(submitted.stderr).toContain(`submitted to the server at ${url}`)
    expect(submitted.stderr).toContain('100%')
    const document = documentOf(submitted.stdout)
    const { id } = document.sweep
    expect(document.sweep).toMatchObject({ name: 'remote', state: 'done', trials: 500 })

    const here = await collapsar(['run', file, '--json', '--data', join(folder, 'here')])
    expect(document.cells.map(({ digest }) => digest)).toEqual(documentOf(here.stdout).cells.map(({ digest }) => digest))

    const watched = await remote('watch', id)
    expect(watched).toMatchObject({ code: 0, stdout: expect.stringContaining('P(collapse), %') })
    const surface = await remote('surface', id, '--format', 'csv')
    expect(surface.stdout.split('\r\n')[1]).toContain(document.cells[0]!.cell)
    expect(await remote('contours', id, '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining(id) })
    expect(await remote('list')).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id}  done`) })
    expect(await remote('retry', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('has lost nothing') })
    expect(await remote('cancel', id)).toMatchObject({ code: 6, stderr: expect.stringContaining('is done') })
  }, 300_000)

  it('goes on when who watches leaves', async () => {
    const { stdout, code } = await remote('submit', long, '--tag', 'night', '--tag', 'wide', '--priority', '-3', '--json')
    expect(code).toBe(0)
    const entry = JSON.parse(stdout) as { id: string }
    expect(entry).toMatchObject({ name: 'long', tags: ['night', 'wide'], priority: -3 })
    const { id } = entry
    const watching = startCollapsar(['watch', id], { COLLAPSAR_URL: url })
    const ended = finished(watching)
    await new Promise<void>((resolve) => watching.stderr!.once('data', () => resolve()))
    watching.kill('SIGINT')
    const left = await ended
    expect(left).toMatchObject({ code: 130, stdout: '' })
    expect(left.stderr).toContain(`detached: ${id} goes on at the server at ${url}; collapsar watch ${id} follows it again`)
    expect((await remote('list', '--json')).stdout).toContain(id)
    expect(await remote('pause', id)).toMatchObject({ code: 0, stderr: expect.stringContaining(`${id} is paused`) })
    expect(await remote('delete', 'none')).toMatchObject({ code: 5 })
    expect(await remote('extend', id, '--inits', '200000')).toMatchObject({ code: 0, stderr: expect.stringContaining('is paused, and asks for inits 200000') })
    expect(await remote('resume', id)).toMatchObject({ code: 0, stderr: expect.stringContaining(`${id} is active`) })
    expect(await remote('delete', id)).toMatchObject({ code: 6 })
    expect(await remote('cancel', id)).toMatchObject({ code: 0, stderr: expect.stringContaining(`${id} is cancelled`) })
    const cancelled = await remote('watch', id, '--json')
    expect(cancelled.code).toBe(6)
    expect(documentOf(cancelled.stdout).sweep).toMatchObject({ id, state: 'cancelled' })
    expect((await remote('submit', file)).stdout).toMatch(/^sw-[0-9a-f]+\n$/)
  }, 300_000)

  it('gives the exit codes and the sentences of the server', async () => {
    expect(await remote('watch', 'none')).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('There is no sweep "none"') })
    expect(await remote('surface', 'none')).toMatchObject({ code: 5 })
    const wrong = write('wrong.yaml', 'grid: { depth: 1, width: x }\ninits: -1\n')
    const refused = await remote('submit', wrong)
    expect(refused.code).toBe(3)
    expect(refused.stderr.trim().split('\n')).toHaveLength(4)
    expect(await remote('extend', 'none')).toMatchObject({ code: 2, stderr: expect.stringContaining('accepted: --inits') })
  })
})

async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return port
}

describe('without a server', () => {
  it('submits nothing, and says what to do instead', async () => {
    const nowhere = join(folder, 'nowhere')
    const { code, stderr } = await collapsar(['submit', file, '--data', nowhere])
    expect(code).toBe(2)
    expect(stderr).toContain('COLLAPSAR_URL is not set')
    expect(stderr).toContain('collapsar run FILE')
    expect(existsSync(nowhere)).toBe(false)
  })

  it('says that nobody answers, and repeats no password', async () => {
    const gone = `http://127.0.0.1:${await closedPort()}`
    const refused = await collapsar(['list'], { COLLAPSAR_URL: gone })
    expect(refused).toMatchObject({ code: 7, stderr: `collapsar: The server at ${gone} cannot be reached: ECONNREFUSED.\n` })
    const wrong = await collapsar(['list'], { COLLAPSAR_URL: 'http://user:hidden@127.0.0.1:1' })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('COLLAPSAR_URL is not a valid address') })
    expect(wrong.stderr).not.toContain('hidden')
  })

  it('follows and commands the database of this machine by the same commands', async () => {
    const data = join(folder, 'here')
    const local = (...args: string[]) => collapsar([...args, '--data', data])
    const ran = await local('run', file, '--inits', '100', '--json')
    const { id } = documentOf(ran.stdout).sweep
    expect(await local('watch', id)).toMatchObject({ code: 0, stdout: expect.stringContaining('P(collapse), %') })
    expect(await local('extend', id, '--inits', '50')).toMatchObject({ code: 6, stderr: expect.stringContaining('inits is 50') })
    expect(await local('extend', id, '--inits', '20000')).toMatchObject({ code: 0, stderr: expect.stringContaining(`${id} is active`) })
    expect(await local('pause', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('is paused') })
    expect((await local('list', '--state', 'paused', '--json')).stdout).toContain(id)
    expect((await local('list', '--state', 'active')).stdout).not.toContain(id)
    expect(await local('resume', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('is active') })
    expect(await local('delete', id)).toMatchObject({ code: 6 })
    expect(await local('cancel', id)).toMatchObject({ code: 0 })
    expect(await local('delete', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('is deleted') })
    expect(await local('watch', id)).toMatchObject({ code: 5 })
  }, 300_000)
})
