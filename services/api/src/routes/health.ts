import { setTimeout as delay } from 'node:timers/promises'
import { Health, NoQuery } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { Api } from '../api.ts'

/** A database that does not answer a ping for this long is not there. */
const PING_SECONDS = 2

/** Liveness depends on nothing, so that an outage of the database restarts nobody; readiness is the database. */
export function healthRoutes(app: Api, store: Pick<Store, 'ping'>): void {
  const schema = { querystring: NoQuery, response: { 200: Health } }

  app.get(
    '/healthz',
    { config: { scope: null }, schema: { ...schema, summary: 'Whether the process lives', operationId: 'live' } },
    async () => ({ status: 'ok' }) as const,
  )

  app.get(
    '/readyz',
    { config: { scope: null }, schema: { ...schema, summary: 'Whether the database answers', operationId: 'ready' } },
    async () => {
      await ping(store)
      return { status: 'ok' } as const
    },
  )
}

async function ping(store: Pick<Store, 'ping'>): Promise<void> {
  const timeout = new AbortController()
  const deadline = delay(PING_SECONDS * 1000, 'late', { signal: timeout.signal }).catch(() => 'cancelled')
  try {
    if ((await Promise.race([store.ping(), deadline])) === 'late') throw new Error(`no answer in ${PING_SECONDS} s`)
  } catch (cause) {
    throw new CollapsarError('database-unavailable', 'The database does not answer.', { cause })
  } finally {
    timeout.abort()
  }
}
