import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'

/** Fields that hold secrets, should a line ever carry them whole. */
const SECRET_FIELDS = ['authorization', 'password', 'secret', 'connectionString', 'databaseUrl', 'redisUrl']
const REDACTED = '[redacted]'

/** API keys and passwords of addresses, wherever in a line they stand: in the text of an error, too. */
const SECRET_TEXT = /clps_[\w-]{8,}|(?<=:\/\/[^:/@\s"]{0,200}:)[^@/\s"]{1,200}(?=@)/g

/** A log of JSON lines on stderr in which no secret is written out. */
export function createLog(level: string, destination: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  return pino(
    {
      name: 'collapsar',
      level,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: REDACTED },
      hooks: { streamWrite: (line) => line.replaceAll(SECRET_TEXT, REDACTED) },
    },
    destination,
  )
}
