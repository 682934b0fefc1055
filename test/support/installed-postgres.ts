import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, vi } from 'vitest'
import { freePort } from './free-port.ts'

/** A Postgres that is installed on this machine, with its tools: what an operator has, and not what npm brings. */
export interface InstalledPostgres {
  /** Of an empty database. */
  createDatabase(): Promise<string>
  /** Runs pg_dump, pg_restore, psql ... of the same version; gives its standard output. */
  tool(name: string, args: readonly string[]): string
  close(): Promise<void>
}

const DEBIAN_VERSIONS = '/usr/lib/postgresql'
/** The user "nobody" of Linux: Postgres refuses to run as root. */
const NOBODY = 65_534

/** The folder of the newest version that is installed with its server; null without one, which fails where nothing may be skipped. */
export function installedPostgres(): string | null {
  const versions = existsSync(DEBIAN_VERSIONS) ? readdirSync(DEBIAN_VERSIONS).map(Number).toSorted((a, b) => b - a) : []
  const folders = versions.map((version) => join(DEBIAN_VERSIONS, String(version), 'bin'))
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_dump')))
  if (found !== undefined) return found
  const advice = 'no Postgres server is installed (Debian: apt install postgresql)'
  if (process.env['COLLAPSAR_TEST_REQUIRE_ALL'] === '1') throw new Error(advice)
  console.warn(`Tests on an installed Postgres are skipped: ${advice}.`)
  return null
}

export async function startInstalledPostgres(bin: string): Promise<InstalledPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-installed-postgres-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const path of [folder, data]) chownSync(path, NOBODY, NOBODY)
  chmodSync(data, 0o700)
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'collapsar', '-A', 'trust', '-E', 'UTF8', '--no-sync'], { ...identity, cwd: folder, stdio: 'pipe' })
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => ['-c', setting])
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], { ...identity, cwd: folder, stdio: 'ignore' })
  const url = (database: string) => `postgresql://collapsar@127.0.0.1:${port}/${database}`
  await vi.waitFor(() => query(url('postgres'), 'SELECT 1'), { timeout: 30_000, interval: 100 })
  let databases = 0
  return {
    async createDatabase() {
      databases += 1
      await query(url('postgres'), `CREATE DATABASE installed_${databases}`)
      return url(`installed_${databases}`)
    },
    tool: (name, args) => execFileSync(join(bin, name), args, { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 }),
    async close() {
      const gone = once(server, 'exit')
      server.kill('SIGINT')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    expect(await client.query(text)).toBeDefined()
  } finally {
    await client.end()
  }
}
