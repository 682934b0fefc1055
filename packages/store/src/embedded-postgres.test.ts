import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundle } from '../../../test/support/bundle.ts'
import type { Bundle } from '../../../test/support/bundle.ts'
import { openEmbeddedPostgres } from './embedded-postgres.ts'

const root = mkdtempSync(join(tmpdir(), 'collapsar-embedded-'))
const seed = join(root, 'seed')
let program: Bundle
let folders = 0
const children: ChildProcess[] = []

beforeAll(async () => {
  await (await openEmbeddedPostgres({ dataDir: seed })).close()
  program = await bundle('test/support/embedded-postgres-user.ts')
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

afterAll(async () => {
  program.remove()
  await vi.waitFor(() => expect(processesOf(root)).toEqual([]), { timeout: 10_000, interval: 50 })
  rmSync(root, { recursive: true, force: true })
})

function freshFolder(): string {
  folders += 1
  return join(root, String(folders))
}

/** A folder with a database, as `initdb` made it once for all tests. */
function initializedFolder(): string {
  const dataDir = freshFolder()
  mkdirSync(dataDir)
  execFileSync('cp', ['-R', join(seed, 'cluster'), join(seed, 'password'), dataDir])
  return dataDir
}

interface Answer {
  readonly url?: string
  readonly code?: string
  readonly message?: string
}

/** A process of its own that opens a folder; its first line of output. */
async function openInProcess(dataDir: string, command: readonly string[] = []): Promise<{ child: ChildProcess; answer: Answer }> {
  const [name = process.execPath, ...rest] = [...command, process.execPath, program.path, dataDir]
  const child = spawn(name, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) return { child, answer: JSON.parse(line) as Answer }
  throw new Error('the process ended without an answer')
}

async function query(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows as unknown[]
  } finally {
    await client.end()
  }
}

/** Guards and postmasters whose command line names the folder; zombies have none. */
function processesOf(folder: string): { pid: number; command: string }[] {
  return execFileSync('ps', ['-ww', '-eo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\n')
    .filter((line) => line.includes(`${folder}`) && !line.includes(program.path) && !line.includes('vitest'))
    .map((line) => ({ pid: Number(line.trim().split(' ')[0]), command: line }))
    .filter(({ command }) => /collapsar-postgres-guard|postgres -D/.test(command))
}

function kill(folder: string, what: RegExp): void {
  for (const { pid } of processesOf(folder).filter(({ command }) => what.test(command))) process.kill(pid, 'SIGKILL')
}

const GUARD = /collapsar-postgres-guard/
const POSTMASTER = /bin\/postgres -D/

async function serverIsGone(folder: string): Promise<void> {
  await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), { timeout: 5_000, interval: 20 })
}

function serversStarted(folder: string): number {
  return readFileSync(join(folder, 'postgres.log'), 'utf8').split('ready to accept connections').length - 1
}

describe('openEmbeddedPostgres', () => {
  it('keeps the data and the url from one start to the next', async () => {
    const dataDir = freshFolder()
    const first = await openEmbeddedPostgres({ dataDir })
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.close()
    expect(processesOf(dataDir)).toEqual([])
    const second = await openEmbeddedPostgres({ dataDir })
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await second.close()
  })

  it('asks for the password, which only the owner can read, and keeps commits durable', async () => {
    const dataDir = freshFolder()
    const server = await openEmbeddedPostgres({ dataDir })
    const url = new URL(server.url)
    url.password = 'wrong'
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600)
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    await server.close()
  })

  it('shares one server, which outlives a killed user and ends with the last one', async () => {
    const dataDir = initializedFolder()
    const first = await openInProcess(dataDir)
    const second = await openInProcess(dataDir)
    expect(second.answer.url).toBe(first.answer.url)
    first.child.kill('SIGKILL')
    await new Promise((resolve) => first.child.once('close', resolve))
    expect(await query(second.answer.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(serversStarted(dataDir)).toBe(1)
    second.child.kill('SIGKILL')
    const killedAt = performance.now()
    await serverIsGone(dataDir)
    expect(performance.now() - killedAt).toBeLessThan(2_000)
  })

  it('stays for this process when another one closes', async () => {
    const dataDir = initializedFolder()
    const mine = await openEmbeddedPostgres({ dataDir })
    const { child } = await openInProcess(dataDir)
    child.stdin?.end()
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    expect(await query(mine.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await mine.close()
    expect(processesOf(dataDir)).toEqual([])
  })

  it('recovers what was committed after user, guard and server were killed', async () => {
    const dataDir = initializedFolder()
    const { child, answer } = await openInProcess(dataDir)
    await query(answer.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    child.kill('SIGKILL')
    kill(dataDir, GUARD)
    kill(dataDir, POSTMASTER)
    const server = await openEmbeddedPostgres({ dataDir })
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await server.close()
  })

  it('starts although a process that is no server has got the number in postmaster.pid', async () => {
    const dataDir = initializedFolder()
    await (await openEmbeddedPostgres({ dataDir })).close()
    writeFileSync(join(dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n${dataDir}/cluster\n1\n1\n\n127.0.0.1\n\nready\n`)
    const server = await openEmbeddedPostgres({ dataDir })
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.close()
  })

  it('serves again at the same url after the server was killed', async () => {
    const dataDir = initializedFolder()
    const server = await openEmbeddedPostgres({ dataDir })
    kill(dataDir, POSTMASTER)
    await vi.waitFor(() => query(server.url, 'SELECT 1'), { timeout: 20_000, interval: 50 })
    await server.close()
    expect(processesOf(dataDir)).toEqual([])
  })

  it('leaves no server behind after the guard was killed', async () => {
    const dataDir = initializedFolder()
    const server = await openEmbeddedPostgres({ dataDir })
    kill(dataDir, GUARD)
    await server.close()
    await serverIsGone(dataDir)
  })

  it('shares the running server on after the guard was killed', async () => {
    const dataDir = initializedFolder()
    const first = await openEmbeddedPostgres({ dataDir })
    kill(dataDir, GUARD)
    await vi.waitFor(() => expect(processesOf(dataDir).filter(({ command }) => GUARD.test(command))).toEqual([]))
    const second = await openEmbeddedPostgres({ dataDir })
    expect(second.url).toBe(first.url)
    expect(serversStarted(dataDir)).toBe(1)
    await second.close()
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await first.close()
    await serverIsGone(dataDir)
  })

  it('starts one server for 20 processes at once', async () => {
    const dataDir = freshFolder()
    const opened = await Promise.all(Array.from({ length: 20 }, () => openInProcess(dataDir)))
    expect(new Set(opened.map(({ answer }) => answer.url))).toEqual(new Set([opened[0]!.answer.url]))
    expect(opened[0]!.answer.url).toMatch(/^postgres:/)
    expect(serversStarted(dataDir)).toBe(1)
    for (const { child } of opened) child.kill('SIGKILL')
    await serverIsGone(dataDir)
  })

  it('answers whoever comes while the last user leaves', async () => {
    const dataDir = initializedFolder()
    for (let round = 0; round < 10; round += 1) {
      const leaving = await openEmbeddedPostgres({ dataDir })
      const closed = leaving.close()
      await new Promise((resolve) => setTimeout(resolve, round * 3))
      const coming = await openEmbeddedPostgres({ dataDir })
      expect(await query(coming.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
      await Promise.all([closed, coming.close()])
    }
  })

  it('accepts long paths with spaces and quotes', async () => {
    const dataDir = join(freshFolder(), `it's a "$HOME" \\ folder`, 'x'.repeat(240), 'y'.repeat(200))
    const server = await openEmbeddedPostgres({ dataDir })
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.close()
  })
})

describe('openEmbeddedPostgres refuses', () => {
  it('a path that is a file', async () => {
    const dataDir = freshFolder()
    writeFileSync(dataDir, '')
    await expect(openEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'storage', message: `The data folder ${dataDir} is a file. Name a folder, or set DATABASE_URL.`,
    })
  })

  it('a path below a file', async () => {
    const dataDir = freshFolder()
    writeFileSync(dataDir, '')
    await expect(openEmbeddedPostgres({ dataDir: join(dataDir, 'below') })).rejects.toMatchObject({ code: 'storage' })
  })

  it('data of another major version', async () => {
    const dataDir = freshFolder()
    mkdirSync(join(dataDir, 'cluster'), { recursive: true })
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '17\n')
    await expect(openEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'storage', message: expect.stringContaining('was written by Postgres 17; this version brings Postgres 18'),
    })
  })

  it("a data folder of somebody's own Postgres", async () => {
    const dataDir = freshFolder()
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'PG_VERSION'), '18\n')
    await expect(openEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'storage' })
  })

  it('a machine without binaries', async () => {
    const { arch } = process
    Object.defineProperty(process, 'arch', { value: 'mips' })
    try {
      await expect(openEmbeddedPostgres({ dataDir: freshFolder() })).rejects.toMatchObject({
        code: 'environment', message: expect.stringContaining(`@embedded-postgres/${process.platform}-mips is not installed`),
      })
    } finally {
      Object.defineProperty(process, 'arch', { value: arch })
    }
  })
})

/** A shell that sees a tmpfs at a path; it needs user namespaces, which Linux has and a container may forbid. */
function onTmpfs(path: string, options: string): string[] {
  const script = `mount -t tmpfs -o ${options} tmpfs "$1" && shift && exec "$@"`
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', path]
}

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.runIf(canMount())('openEmbeddedPostgres on a file system', () => {
  it('that is read-only says so', async () => {
    const dataDir = freshFolder()
    mkdirSync(dataDir)
    const { answer } = await openInProcess(dataDir, onTmpfs(dataDir, 'ro'))
    expect(answer).toEqual({
      code: 'storage',
      message: `The data folder ${dataDir} cannot be used: the file system is read-only. Name another folder, or set DATABASE_URL.`,
    })
  })

  it('that is full says so', async () => {
    const dataDir = freshFolder()
    mkdirSync(dataDir)
    const { answer } = await openInProcess(dataDir, onTmpfs(dataDir, 'size=16m'))
    expect(answer).toEqual({
      code: 'storage', message: `The disk that holds ${dataDir} is full. Make room, or name another folder.`,
    })
  })
})
