import type { Store } from '@collapsar/store'

const LOOK_SECONDS = 2

export interface WantedSignal {
  /** Aborts with the delivery's own signal, or when the chunk was cancelled or recorded by another worker. */
  readonly signal: AbortSignal
  stop(): void
}

/** Watches in the store whether a chunk is still live, so that cancelling a sweep frees its workers within seconds. */
export function whileWanted(store: Store, chunkId: string, delivered: AbortSignal): WantedSignal {
  const controller = new AbortController()
  const look = async () => {
    // A store that does not answer says nothing about the chunk.
    const work = await store.chunkWork(chunkId).catch(() => undefined)
    if (work === null) controller.abort(new Error(`chunk ${chunkId} is no longer wanted`))
  }
  const follow = () => controller.abort(delivered.reason)
  const timer = setInterval(() => void look(), LOOK_SECONDS * 1000)
  // Not AbortSignal.any: a signal keeps a trace of every one joined with it, and this one may live as long as the worker.
  delivered.addEventListener('abort', follow, { once: true })
  if (delivered.aborted) follow()
  const stop = () => {
    clearInterval(timer)
    delivered.removeEventListener('abort', follow)
  }
  return { signal: controller.signal, stop }
}
