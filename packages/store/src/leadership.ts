import { Client } from 'pg'
import { connectionSettings } from './connection.ts'
import { hangUp } from './hang-up.ts'
import { ANSWER_TIMEOUT_MS, watchAnswers } from './watch-answers.ts'

/** Any number, as long as nothing else in this database locks it: "coll" in ASCII. */
const LEADER_LOCK = 0x636f6c6c

export interface Leadership {
  /** Resolves when the lock is lost without `release`. */
  readonly lost: Promise<void>
  release(): Promise<void>
}

/**
 * Tries to take the session-level advisory lock of the one active planner, on a connection of its own; null while
 * another has it. The connection is asked every 5 s, so a network that swallows packets counts as lost within 15 s; the
 * server learns of a vanished client by TCP keep-alive within 25 s and frees the lock.
 */
export async function takeLeadership(databaseUrl: string): Promise<Leadership | null> {
  const client = new Client({
    ...connectionSettings(databaseUrl),
    options: '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    query_timeout: ANSWER_TIMEOUT_MS,
  })
  const broken = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.on('end', () => resolve())
  })
  await client.connect()
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LEADER_LOCK])
  if (rows[0]?.taken !== true) {
    await hangUp(client)
    return null
  }
  return watch(client, broken)
}

function watch(client: Client, broken: Promise<void>): Leadership {
  let released = false
  const lost = new Promise<void>((resolve) => {
    const lose = (): void => {
      unwatch()
      if (!released) resolve()
    }
    const unwatch = watchAnswers(client, lose)
    void broken.then(lose)
  })
  return {
    lost,
    async release() {
      released = true
      await hangUp(client)
    },
  }
}
