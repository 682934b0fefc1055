import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { vi } from 'vitest'
import { findPostgresBinaries } from '../../packages/store/src/embedded-postgres-binaries.ts'
import { freePort } from './free-port.ts'

/** A Postgres process of its own on a free port of 127.0.0.1, durable, that a test may end and start again as it likes. */
export interface TestPostgres {
  readonly url: string
  /**
   * SIGINT ends every session and writes a checkpoint (a fast shutdown), SIGQUIT and SIGKILL leave it to the next start to recover.
   * Resolves when the process is gone.
   */
  end(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>
  /** Starts again after `end`, on the same port with the same data; resolves when it answers. */
  start(): Promise<void>
  close(): Promise<void>
}

const START_LIMIT_MS = 60_000

export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-postgres-'))
  const binaries = findPostgresBinaries(join(folder, 'libraries'))
  const data = join(folder, 'data')
  const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...(binaries.libraryPath !== null && { LD_LIBRARY_PATH: binaries.libraryPath }) }
  const password = initialize(binaries.initdb, folder, data, environment)
  const port = await freePort()
  const url = `postgres://collapsar:${password}@127.0.0.1:${port}/postgres`
  let server: ChildProcess | null = null
  const start = async () => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100', 'shared_buffers=64MB', 'jit=off']
    const [command, ...args] = unprivileged([binaries.postgres, '-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])])
    server = spawn(command!, args, { stdio: 'ignore', env: environment })
    await vi.waitUntil(() => answers(url), { timeout: START_LIMIT_MS, interval: 50 })
  }
  const end = async (signal: NodeJS.Signals) => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  await start()
  return {
    url,
    start,
    end,
    close: async () => {
      await end('SIGQUIT')
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** Makes the data folder; gives the password of its user `collapsar`. */
function initialize(initdb: string, folder: string, data: string, env: NodeJS.ProcessEnv): string {
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  const options = ['-U', 'collapsar', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C', '--no-instructions']
  const [command, ...args] = unprivileged([initdb, '-D', data, ...options])
  const { status, stderr } = spawnSync(command!, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`)
  return password
}

/** Postgres refuses to run as root: there, a namespace calls the user nobody. */
function unprivileged(command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return command
  return ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--', ...command]
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
