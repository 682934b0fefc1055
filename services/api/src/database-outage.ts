/** Operating system and SQLSTATE codes (PostgreSQL, appendix A) of a database that is down, restarting or full of connections. */
const OUTAGE_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  // Prisma's names for the same.
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
]
/** Class 08: connection exceptions. */
const CONNECTION_CLASS = /^08[0-9A-Z]{3}$/
/** What the driver says without a code when a connection breaks or none is to be had in time. */
const OUTAGE_TEXT = /^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error/

const MAXIMUM_CAUSES = 8

/** Whether a failure of the store will pass by itself: the request may be sent again later. */
export function isDatabaseOutage(error: unknown): boolean {
  let current = error
  for (let step = 0; step < MAXIMUM_CAUSES && current instanceof Error; step += 1) {
    if (speaksOfOutage(current)) return true
    if (current instanceof AggregateError && current.errors.some(isDatabaseOutage)) return true
    current = current.cause
  }
  return false
}

function speaksOfOutage(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return OUTAGE_CODES.includes(code) || CONNECTION_CLASS.test(code) || OUTAGE_TEXT.test(error.message)
}
