import type { Logger } from 'pino'
import type { Backends } from './backends.ts'

export interface RunningApi {
  /** Where it listens, as in `http://127.0.0.1:7070`. */
  readonly url: string
  close(): Promise<void>
}

/** The HTTP service in this process. It talks to the store alone: the queue may be down. */
export async function startApi(
  backends: Backends,
  address: { readonly host: string; readonly port: number },
  log: Logger,
): Promise<RunningApi> {
  const { buildApi, serveApi } = await import('@collapsar/api')
  const app = buildApi({ store: backends.store, metrics: backends.metrics, log })
  const url = await serveApi({ app, keys: backends.store.keys, ...address })
  return { url, close: () => app.close() }
}
