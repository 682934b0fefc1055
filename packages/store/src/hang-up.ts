import type { Client } from 'pg'

/** A server that is in reach answers a goodbye at once. */
const GOODBYE_MS = 2_000

/** Ends a connection; breaks it off where nobody answers: a half-open one would be waited for until the system gives it up, after minutes. */
export async function hangUp(client: Client): Promise<void> {
  const late = breakOffLater(client)
  await client.end()
  clearTimeout(late)
}

/** Breaks off a connection that has not ended by itself until then; of one that has, nothing is left to break. */
export function breakOffLater(client: Client): NodeJS.Timeout {
  return setTimeout(() => breakOff(client), GOODBYE_MS)
}

/** Without a word, for a connection that has not answered. */
export function breakOff(client: Client): void {
  client.connection.stream.destroy()
}
