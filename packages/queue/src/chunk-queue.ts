import type { Chunk, EngineKind } from '@collapsar/sweep'

/** Chunks in the queue of one engine. */
export interface QueueDepth {
  readonly waiting: number
  readonly active: number
}

export interface Consumer {
  /** Stops fetching and waits for the chunks in hand; those that `keep` refuses are aborted and handed back at once. Default: keep all. */
  drain(keep?: (chunk: Chunk) => boolean): Promise<void>
  /** Aborts the chunks in hand, hands them back at once and stops. */
  stop(): Promise<void>
  /** Resolves when the consumer has been deaf (nothing fetched for `deafAfterSeconds` while chunks wait): exit the process. */
  readonly deaf: Promise<void>
}

export interface ConsumerOptions {
  /** Chunks in hand at once. */
  readonly concurrency: number
  /** A consumer that is silent for this long loses its chunks to others; default 30. */
  readonly lockSeconds?: number
  /** Default 60. */
  readonly deafAfterSeconds?: number
}

/**
 * Disposable delivery of chunks, at least once; Postgres is the truth. Losing everything in it loses nothing.
 * A chunk that is waiting or active is not enqueued twice. `QueueEvents` are not used: one backend loses them.
 */
export interface ChunkQueue {
  /** Adds the chunks that are not in the queue. Rejects when the backend cannot be reached, without waiting for it. */
  enqueue(chunks: readonly Chunk[]): Promise<void>
  depth(engine: EngineKind): Promise<QueueDepth>
  /** Removes waiting chunks; gives how many. One in a worker's hands stays: its worker sees in the store that it is not wanted. */
  drop(chunks: readonly Pick<Chunk, 'id' | 'engine'>[]): Promise<number>
  /**
   * Hands chunks to `handle`, `concurrency` at a time. When `handle` rejects, the chunk leaves the queue: the store decides
   * whether it is tried again. The signal aborts when the lock is lost or the consumer stops.
   */
  consume(
    engine: EngineKind,
    handle: (chunk: Chunk, signal: AbortSignal) => Promise<void>,
    options: ConsumerOptions,
  ): Promise<Consumer>
  ping(): Promise<void>
  /** Memory that the whole Redis server uses, in bytes; null on Postgres, and where Redis does not say. */
  memoryBytes(): Promise<number | null>
  close(): Promise<void>
}
