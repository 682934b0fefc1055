import { CollapsarError } from '@collapsar/sweep'

/**
 * Why the queue's server cannot be used: names host and port, never user or password.
 *
 * @param server what runs there, `Redis` or `Postgres`.
 */
export function queueUnavailable(server: string, url: string, cause: unknown): CollapsarError {
  return new CollapsarError('queue-unavailable', `The queue in ${server} at ${addressOf(url)} cannot be used: ${reasonOf(cause)}`, { cause })
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { 'redis:': '6379', 'rediss:': '6379', 'postgres:': '5432', 'postgresql:': '5432' }

/** Host and port, without user and password. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return 'an address that is not valid'
  const { protocol, hostname, port } = new URL(url)
  return `${hostname || 'localhost'}:${port || (DEFAULT_PORT[protocol] ?? '')}`
}

/** A name with several addresses fails with one error for each, and no message of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
