import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { freePort } from './free-port.ts'

/** A Redis of its own on a free port of 127.0.0.1, durable as in production (append-only file). */
export interface TestRedis {
  readonly url: string
  readonly port: number
  /** Where it keeps its data. */
  readonly folder: string
  /** SIGKILL by default; resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void
  /** Starts again after `kill`, on the same port with the same data. */
  start(): Promise<void>
  close(): Promise<void>
}

/**
 * Whether `redis-server` is installed. Without it the tests on Redis are skipped, which is said once; with
 * COLLAPSAR_TEST_REQUIRE_ALL=1 they fail instead.
 */
export function redisAvailable(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch (cause) {
    const advice = 'redis-server is not installed (Debian: apt install redis-server; macOS: brew install redis)'
    if (process.env['COLLAPSAR_TEST_REQUIRE_ALL'] === '1') throw new Error(advice, { cause })
    console.warn(`Tests on Redis are skipped: ${advice}.`)
    return false
  }
}

/** @param settings further arguments of `redis-server`, such as `--requirepass secret`. */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-redis-'))
  const port = await freePort()
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '']
  let server: ChildProcess | null = null
  const start = async () => {
    server = spawn('redis-server', [...own, ...settings], { stdio: 'ignore' })
    await vi.waitFor(async () => expect(await answers(port), 'redis-server answers').toBe(true), { timeout: 20_000, interval: 20 })
  }
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    start,
    kill,
    signal: (signal) => server?.kill(signal),
    close: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether Redis has read its data: before that it answers LOADING. Any other error is an answer. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(!data.toString().startsWith('-LOADING'))
    })
    socket.once('error', () => resolve(false))
  })
}
