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
  /** Gives the share up; says whether the guard knows of no other, so that the server stops. */
  leave(): Promise<boolean>
}

const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants
const REPEAT_MS = 50
const POLL_MS = 2
/** The guard answers at once; only a machine that does not let it run needs longer. */
const ANSWER_LIMIT_MS = 2_000

/** @throws CollapsarError `storage` when the folder cannot be written. */
export function enterFolder(folder: PostgresFolder): Membership {
  const pipe = openWriteEnd(folder.users)
  let request: string | null = null
  let askedAt = -Infinity

  const ask = (): Answer => {
    request ??= createRequest(folder, 'joining')
    const answered = !existsSync(join(folder.path, request))
    if (!answered && performance.now() < askedAt + REPEAT_MS) return 'silent'
    const heard = send(pipe, answered ? '\n' : `${request}\n`)
    askedAt = heard ? performance.now() : -Infinity
    if (!heard && answered) request = null
    if (!heard) return 'nobody'
    return answered ? 'yes' : 'silent'
  }

  const leave = async (): Promise<boolean> => {
    if (request !== null) rmSync(join(folder.path, request), { force: true })
    try {
      return await isLast(folder, pipe)
    } catch {
      // A full disk or a removed folder: the question cannot be put, the share is given up all the same.
      return true
    } finally {
      closeSync(pipe)
    }
  }

  return { ask, leave }
}

/** True as well when there is no guard left to say so: then nobody else looks after the server. */
async function isLast(folder: PostgresFolder, pipe: number): Promise<boolean> {
  const request = createRequest(folder, 'leaving')
  const last = join(folder.path, `last-${request}`)
  try {
    if (!send(pipe, `${request}\n`)) return true
    const deadline = performance.now() + ANSWER_LIMIT_MS
    while (existsSync(join(folder.path, request)) && performance.now() < deadline) {
      if (!send(pipe, '\n')) return true
      await sleep(POLL_MS)
    }
    return existsSync(last)
  } finally {
    rmSync(join(folder.path, request), { force: true })
    rmSync(last, { force: true })
  }
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

function createRequest(folder: PostgresFolder, kind: 'joining' | 'leaving'): string {
  const name = `${kind}-${randomBytes(8).toString('hex')}`
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

/** Whether a guard looks after the folder. Makes this process a writer for an instant. */
export function isRead(path: string): boolean {
  try {
    closeSync(openSync(path, O_WRONLY | O_NONBLOCK))
    return true
  } catch (error) {
    if (['ENXIO', 'ENOENT'].includes(errorCode(error))) return false
    throw error
  }
}
