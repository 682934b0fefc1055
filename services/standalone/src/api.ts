import type { Logger } from 'pino'
import type { Backends } from './backends.ts'

export interface RunningApi {
  /** Where it listens, as in `http://127.0.0.1:7070`. */
  readonly url: string
  close(): Promise<void>
}

export interface ApiAddress {
  readonly host: string
  readonly port: number
  /** Proxies before it whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
}

/** The HTTP service in this process. It talks to the store alone: the queue may be down. */
export async function startApi(
  backends: Backends,
  { host, port, trustedProxies = [] }: ApiAddress,
  log: Logger,
): Promise<RunningApi> {
  const { buildApi, serveApi } = await import('@collapsar/api')
  const app = buildApi({ store: backends.store, metrics: backends.metrics, log, trustedProxies })
  const url = await serveApi({ app, keys: backends.store.keys, host, port })
  return { url, close: () => app.close() }
}
