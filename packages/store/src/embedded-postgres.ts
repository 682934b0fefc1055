import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CollapsarError } from '@collapsar/sweep'
import { findPostgresBinaries } from './embedded-postgres-binaries.ts'
import type { PostgresBinaries } from './embedded-postgres-binaries.ts'
import { guardFailure, portWasTaken } from './embedded-postgres-failure.ts'
import { postgresFolder, prepareFolder, readIfThere } from './embedded-postgres-folder.ts'
import type { PostgresFolder } from './embedded-postgres-folder.ts'
import { GUARD_EXIT, startGuard } from './embedded-postgres-guard.ts'
import type { Guard } from './embedded-postgres-guard.ts'
import { enterFolder, isRead } from './embedded-postgres-membership.ts'
import type { Membership } from './embedded-postgres-membership.ts'

export interface EmbeddedPostgres {
  /** With the password; only processes of this machine can use it. */
  readonly url: string
  /** Gives up this process' share. The server stops with the last share, and then `close` waits for it. */
  close(): Promise<void>
}

/** Covers initdb and crash recovery on a slow, busy machine. */
const START_LIMIT_MS = 120_000
const POLL_MS = 5
const PORT_ATTEMPTS = 5
/** A fast shutdown, then an immediate one. */
const STOP_LIMIT_MS = 60_000
/** A guard that is alive has begun to stop the server by then. */
const GUARD_GRACE_MS = 500

/**
 * A real Postgres of its own, without installation: binaries from npm, data in `dataDir`, listening on 127.0.0.1 with a
 * password kept in that folder. The first call creates the database, in a second or two.
 *
 * Every process that opens the same folder shares one server. It runs until the last of them has closed its share or is
 * gone, however it went, and its data survive whatever is killed. The port is kept from one start to the next while it
 * is free; after a crash of the server the same url works again.
 *
 * @throws CollapsarError `environment` when Postgres cannot run here, `storage` when the folder cannot be used,
 * `database-unavailable` when the server does not start.
 */
export async function openEmbeddedPostgres(options: {
  readonly dataDir: string
  readonly log?: (line: string) => void
}): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined)
  const folder = postgresFolder(options.dataDir)
  const binaries = findPostgresBinaries(folder.libraries)
  prepareFolder(folder, binaries.major)
  const membership = enterFolder(folder)
  try {
    const port = await reachServer(folder, binaries, membership, log)
    const password = encodeURIComponent((readIfThere(folder.password) ?? '').trim())
    const url = `postgres://collapsar:${password}@127.0.0.1:${port}/postgres`
    return { url, close: once(() => leave(folder, binaries, membership, log)) }
  } catch (error) {
    await membership.leave().catch(() => undefined)
    throw error
  }
}

/** Port of the folder's server, once it has answered; starts it when nobody has. */
async function reachServer(
  folder: PostgresFolder,
  binaries: PostgresBinaries,
  membership: Membership,
  log: (line: string) => void,
): Promise<number> {
  const deadline = performance.now() + START_LIMIT_MS
  let guard: Guard | null = null
  let attempts = 0
  while (performance.now() < deadline) {
    const answer = membership.ask()
    if (answer === 'yes') {
      const port = readyPort(folder)
      if (port !== null && (await accepts(port))) return port
    }
    if (guard?.exitCode() != null) {
      attempts = checkedAttempts(guard, folder, attempts)
      guard = null
    }
    if (answer === 'nobody' && guard === null) {
      guard = startGuard(folder, binaries, await choosePort(folder, attempts))
      log(`starting the embedded Postgres in ${folder.path}`)
    }
    await sleep(POLL_MS)
  }
  throw new CollapsarError('database-unavailable', `The embedded Postgres in ${folder.path} did not answer within `
    + `${START_LIMIT_MS / 1000} s; see ${folder.log}. Is the folder in use in another container?`)
}

/** Attempts at a port so far, after a guard has ended; throws when another attempt is of no use. */
function checkedAttempts(guard: Guard, folder: PostgresFolder, attempts: number): number {
  const code = guard.exitCode()
  if (code === GUARD_EXIT.anotherGuard || code === GUARD_EXIT.done) return attempts
  if (portWasTaken(guard) && attempts < PORT_ATTEMPTS) return attempts + 1
  throw guardFailure(guard, folder)
}

/** Line 4 of `postmaster.pid` is the port, line 8 the state. */
function readyPort(folder: PostgresFolder): number | null {
  const lines = readIfThere(join(folder.cluster, 'postmaster.pid'))?.split('\n') ?? []
  return lines[7]?.trim() === 'ready' ? Number(lines[3]) : null
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** The port of the last time, so that urls stay valid; another one when it is taken. */
async function choosePort(folder: PostgresFolder, attempts: number): Promise<number> {
  const last = Number(readIfThere(folder.port)?.trim())
  if (attempts === 0 && Number.isInteger(last) && last > 0 && last < 65_536) {
    const free = await freePort(last)
    if (free !== null) return free
  }
  return (await freePort(0)) ?? 0
}

function freePort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen({ host: '127.0.0.1', port: wanted }, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/**
 * Waits for the server's end if it was in use here alone. A guard that was killed cannot stop it: then another one takes
 * the server over, finds nobody, and does.
 */
async function leave(
  folder: PostgresFolder,
  binaries: PostgresBinaries,
  membership: Membership,
  log: (line: string) => void,
): Promise<void> {
  if (!(await membership.leave())) return
  const started = performance.now()
  let guard: Guard | null = null
  while (existsSync(join(folder.cluster, 'postmaster.pid'))) {
    const elapsedMs = performance.now() - started
    if (elapsedMs > STOP_LIMIT_MS || (elapsedMs > GUARD_GRACE_MS && isRead(folder.users))) return
    if (elapsedMs > GUARD_GRACE_MS && guard?.exitCode() !== null) guard = startGuard(folder, binaries, await choosePort(folder, 0))
    await sleep(POLL_MS)
  }
  log(`stopped the embedded Postgres in ${folder.path}`)
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => (done ??= act())
}
