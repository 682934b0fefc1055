import { statfs } from 'node:fs/promises'
import { openBackends } from '@collapsar/standalone'
import type { Backends } from '@collapsar/standalone'
import { CollapsarError } from '@collapsar/sweep'
import type { Configuration } from './configuration.ts'
import type { Invocation } from './command.ts'

/** Opens the store for a command and closes it after; a failure of the database leaves as a sentence. */
export async function withBackends<T>(
  { configuration, log }: Pick<Invocation, 'configuration' | 'log'>,
  use: (backends: Backends) => Promise<T>,
): Promise<T> {
  const backends = await openBackends(configuration, log)
  try {
    return await use(backends)
  } catch (error) {
    throw await explainFailure(error, configuration)
  } finally {
    await backends.close()
  }
}

/** Postgres stops when it cannot write its log, which comes in files of 16 MiB. */
const FULL_BELOW_BYTES = 64 * 1024 * 1024

/** What the driver calls a broken connection, in the words of the user's machine. Other errors are left as they are. */
export async function explainFailure(error: unknown, configuration: Configuration): Promise<unknown> {
  if (error instanceof CollapsarError || !isConnectionFailure(error)) return error
  if (configuration.databaseUrl !== null) {
    return new CollapsarError('database-unavailable', `The database stopped answering: ${error.message}`, { cause: error })
  }
  const { bavail, bsize } = await statfs(configuration.dataDir)
  const sentence =
    bavail * bsize < FULL_BELOW_BYTES
      ? `The disk of ${configuration.dataDir} is full; make room and run the same command again`
      : `The embedded Postgres in ${configuration.dataDir} stopped: ${error.message}; its log is postgres.log there`
  return new CollapsarError('storage', `${sentence}. What was recorded is kept.`, { cause: error })
}

/** Connection errors have no SQLSTATE; those of class 08, 53 and 57 are the server's own: broken, out of resources, stopping. */
function isConnectionFailure(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return /^(08|53|57)\w{3}$|^E[A-Z]+$/.test(code) || /connection|terminat/i.test(error.message)
}
