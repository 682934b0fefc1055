import { CollapsarError } from '@collapsar/sweep'
import { errorCode } from './connection.ts'

/** Why a connection failed, by SQLSTATE (PostgreSQL, appendix A) or by the operating system's code, in plain words. */
const CAUSES: Readonly<Record<string, (place: Place) => string>> = {
  'ECONNREFUSED': () => 'the connection was refused (is the server running?)',
  'ENOENT': () => 'there is no such socket (is the server running?)',
  'ENOTFOUND': ({ host }) => `the host name "${host}" is unknown`,
  'EAI_AGAIN': ({ host }) => `the host name "${host}" could not be looked up`,
  'EHOSTUNREACH': () => 'the host cannot be reached',
  'ENETUNREACH': () => 'the network cannot be reached',
  'ETIMEDOUT': () => 'the host did not answer in time',
  'ECONNRESET': () => 'the connection was broken off',
  '28P01': ({ user }) => `the password for user "${user}" is wrong`,
  '28000': ({ user }) => `user "${user}" may not connect`,
  '3D000': ({ database }) => `there is no database "${database}"`,
  '53300': () => 'it has too many connections already',
  '57P03': () => 'it is starting up or shutting down',
}

interface Place {
  readonly host: string
  readonly port: string
  readonly database: string
  readonly user: string
}

/** The error that `openStore` rejects with: names host, port, database and cause, never the password. */
export function databaseUnavailable(databaseUrl: string, error: unknown): CollapsarError {
  const place = placeOf(databaseUrl)
  if (place === null) {
    const message = 'The database address is not a URL; accepted is postgresql://USER:PASSWORD@HOST:PORT/DATABASE.'
    return new CollapsarError('database-unavailable', message)
  }
  const message = `The database "${place.database}" at ${place.host}:${place.port} cannot be used: ${plainCause(place, error)}.`
  return new CollapsarError('database-unavailable', message, { cause: error })
}

function plainCause(place: Place, error: unknown): string {
  const explain = CAUSES[errorCode(error) ?? '']
  if (explain !== undefined) return explain(place)
  const text = error instanceof Error ? error.message : String(error)
  if (/timeout/.test(text)) return 'the host did not answer in time'
  if (/password must be a string/.test(text)) return `a password for user "${place.user}" is needed`
  return text
}

/** Where the URL points, with libpq's defaults; null when it is no URL of a database. */
function placeOf(databaseUrl: string): Place | null {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) return null
  const url = new URL(databaseUrl)
  const user = decodeURIComponent(url.username) || (url.searchParams.get('user') ?? 'postgres')
  return {
    host: url.hostname || (url.searchParams.get('host') ?? 'localhost'),
    port: url.port || (url.searchParams.get('port') ?? '5432'),
    database: decodeURIComponent(url.pathname.slice(1)) || user,
    user,
  }
}

/** Whether the text can be an address of a database at all. */
export function isDatabaseUrl(databaseUrl: string): boolean {
  return placeOf(databaseUrl) !== null
}
