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
  const timer = setInterval(() => void look(), LOOK_SECONDS * 1000)
  return { signal: AbortSignal.any([delivered, controller.signal]), stop: () => clearInterval(timer) }
}
