import { randomBytes } from 'node:crypto'
import { closeSync, constants, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode, unusableFolder } from './embedded-postgres-folder.ts'
import type { PostgresFolder } from './embedded-postgres-folder.ts'

/**
 * - `yes`: a guard has answered, and holds the server for as long as this process does not leave;
 * - `silent`: somebody reads the pipe, but has not answered yet;
 * - `nobody`: there is no guard.
 */
export type Answer = 'yes' | 'silent' | 'nobody'

/** This process' share of a folder's server: the write end of the pipe `users`. */
export interface Membership {
  /** Asks again whenever no guard has answered, or the one that did is gone. */
  ask(): Answer
  leave(): void
  /** After `leave`: waits for the server's end if nobody else uses it, and says whether that was so. */
  wasLast(): Promise<boolean>
}

const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants
const REPEAT_MS = 50
/** The guard hears of the end at once; a busy machine may need some time to let it act. */
const LAST_LIMIT_MS = 300
const STOP_LIMIT_MS = 30_000

/** @throws CollapsarError `storage` when the folder cannot be written. */
export function enterFolder(folder: PostgresFolder): Membership {
  const pipe = openWriteEnd(folder.users)
  let request: string | null = null
  let askedAt = -Infinity
  let open = true

  const ask = (): Answer => {
    request ??= createRequest(folder)
    const answered = !existsSync(join(folder.path, request))
    if (!answered && performance.now() < askedAt + REPEAT_MS) return 'silent'
    const heard = send(pipe, answered ? '\n' : `${request}\n`)
    askedAt = heard ? performance.now() : -Infinity
    if (!heard && answered) request = null
    if (!heard) return 'nobody'
    return answered ? 'yes' : 'silent'
  }

  const leave = (): void => {
    if (!open) return
    open = false
    if (request !== null) rmSync(join(folder.path, request), { force: true })
    closeSync(pipe)
  }

  return { ask, leave, wasLast: () => serverEnds(folder) }
}

/**
 * Alone, a write end opens only while somebody reads. Held since before any guard, it also keeps a guard that is about to
 * read from finding nobody.
 */
function openWriteEnd(path: string): number {
  const both = openSync(path, O_RDWR | O_NONBLOCK)
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK)
  } finally {
    closeSync(both)
  }
}

function createRequest(folder: PostgresFolder): string {
  const name = `joining-${randomBytes(8).toString('hex')}`
  try {
    writeFileSync(join(folder.path, name), '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw unusableFolder(folder.path, error)
  }
  return name
}

/** False when nobody reads the pipe. A full pipe has a reader that will come to it. */
function send(pipe: number, line: string): boolean {
  try {
    writeSync(pipe, line)
    return true
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return true
    if (errorCode(error) === 'EPIPE') return false
    throw error
  }
}

async function serverEnds(folder: PostgresFolder): Promise<boolean> {
  if (!(await becomes(() => !isRead(folder.users), LAST_LIMIT_MS))) return false
  return becomes(() => !existsSync(join(folder.cluster, 'postmaster.pid')), STOP_LIMIT_MS)
}

/** A look at the pipe makes this process a writer for an instant: not too often, or the guard never sees its end. */
function isRead(path: string): boolean {
  try {
    closeSync(openSync(path, O_WRONLY | O_NONBLOCK))
    return true
  } catch (error) {
    if (['ENXIO', 'ENOENT'].includes(errorCode(error))) return false
    throw error
  }
}

async function becomes(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > deadline) return false
    await sleep(20)
  }
  return true
}
