import type { Client } from 'pg'

const CHECK_INTERVAL_MS = 5_000
/** To be given to the connection as its `query_timeout`. */
export const ANSWER_TIMEOUT_MS = 10_000

/**
 * Asks a connection that is otherwise quiet every 5 s whether it still answers: one that is half open looks the same as one on which
 * nothing happens. A network that swallows packets is noticed within 15 s.
 * @param onSilence called each time that it did not answer. @returns stops asking
 */
export function watchAnswers(client: Client, onSilence: () => void): () => void {
  let isAsking = false
  const timer = setInterval(() => {
    if (isAsking) return
    isAsking = true
    client
      .query('SELECT 1')
      .catch(onSilence)
      .finally(() => (isAsking = false))
  }, CHECK_INTERVAL_MS)
  return () => clearInterval(timer)
}
