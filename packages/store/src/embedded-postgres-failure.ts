import { statfsSync } from 'node:fs'
import { CollapsarError } from '@collapsar/sweep'
import type { PostgresFolder } from './embedded-postgres-folder.ts'
import { GUARD_EXIT } from './embedded-postgres-guard.ts'
import type { Guard } from './embedded-postgres-guard.ts'

const LINES_SHOWN = 6
/** A fresh database takes 39 MB; Postgres stops when a 16 MB log segment finds no room. */
const FULL_BELOW_BYTES = 48 * 1024 * 1024

/** Why the guard ended, and what to do about it. */
export function guardFailure(guard: Guard, folder: PostgresFolder): CollapsarError {
  const advice = 'Set DATABASE_URL to use another Postgres.'
  if (diskIsFull(guard.output(), folder)) {
    return new CollapsarError('storage', `The disk that holds ${folder.path} is full. Make room, or name another folder.`)
  }
  switch (guard.exitCode()) {
    case GUARD_EXIT.cannotLeaveRoot:
      return new CollapsarError('environment', 'Postgres refuses to run as root; here user namespaces are not allowed, '
        + `and \`nobody\` cannot reach its binaries or ${folder.path}. Run this as another user. ${advice}`)
    case GUARD_EXIT.noLockCommand:
      return new CollapsarError('environment', `The embedded Postgres needs the command flock or perl. ${advice}`)
    case GUARD_EXIT.foreignServer:
      return new CollapsarError('storage', `A Postgres that was started by hand runs in ${folder.cluster}. Stop it. ${advice}`)
    case GUARD_EXIT.initdbFailed:
      return new CollapsarError('storage', `No database could be created in ${folder.path}: ${lastLines(guard)}. ${advice}`)
    default:
      return new CollapsarError('database-unavailable',
        `The embedded Postgres in ${folder.path} did not start: ${lastLines(guard)}. See ${folder.log}. ${advice}`)
  }
}

export function portWasTaken(guard: Guard): boolean {
  return guard.exitCode() === GUARD_EXIT.serverFailed && /could not bind|Address already in use/.test(guard.output())
}

/** A full disk often has no room for the message that says so. */
function diskIsFull(output: string, folder: PostgresFolder): boolean {
  if (/No space left on device|Disk quota exceeded/.test(output)) return true
  const { bavail, bsize } = statfsSync(folder.path)
  return bavail * bsize < FULL_BELOW_BYTES
}

function lastLines(guard: Guard): string {
  const lines = guard.output().trim().split('\n').slice(-LINES_SHOWN).join(' | ')
  return lines === '' ? `exit code ${guard.exitCode()}` : lines
}
