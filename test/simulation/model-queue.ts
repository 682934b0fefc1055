import type { Chunk } from '@collapsar/sweep'

/** A chunk in the hands of a consumer. */
interface Held {
  readonly chunk: Chunk
  /** Who has it; a consumer that lost it may still hand it in. */
  readonly consumer: string
  readonly until: number
}

/** Waiting and active chunks by the contract of `ChunkQueue`, and everything that it allows to go wrong. */
export interface ModelQueue {
  enqueue(chunks: readonly Chunk[]): Promise<void>
  drop(chunks: readonly Pick<Chunk, 'id'>[]): Promise<number>
  /** The next chunk, if any, locked for some seconds. */
  fetch(consumer: string, now: number): Chunk | null
  /** Refused (false) when another consumer has the chunk, or nobody. */
  acknowledge(consumer: string, id: string): boolean
  /** Renews the locks of consumers that run; chunks whose locks ran out wait again. */
  expire(now: number, runs: (consumer: string) => boolean): void
  /** Everything is lost. */
  flush(): void
  /** A delivery of an active chunk to a second consumer, without the first one knowing. */
  redeliver(pick: <T>(list: readonly T[]) => T): void
  /** As it stands; `restore` makes it so again, whatever happened since. */
  dump(): () => void
  size(): number
}

const LOCK_SECONDS = 30

export function createModelQueue(): ModelQueue {
  const waiting = new Map<string, Chunk>()
  const active = new Map<string, Held>()
  return {
    enqueue: async (chunks) => {
      for (const chunk of chunks) if (!waiting.has(chunk.id) && !active.has(chunk.id)) waiting.set(chunk.id, chunk)
    },
    drop: async (chunks) => chunks.filter(({ id }) => waiting.delete(id)).length,
    fetch: (consumer, now) => {
      const [chunk] = waiting.values()
      if (chunk === undefined) return null
      waiting.delete(chunk.id)
      active.set(chunk.id, { chunk, consumer, until: now + LOCK_SECONDS })
      return chunk
    },
    acknowledge: (consumer, id) => active.get(id)?.consumer === consumer && active.delete(id),
    expire: (now, runs) => {
      for (const [id, held] of active) {
        if (runs(held.consumer)) active.set(id, { ...held, until: now + LOCK_SECONDS })
        else if (held.until <= now) {
          active.delete(id)
          waiting.set(id, held.chunk)
        }
      }
    },
    flush: () => {
      waiting.clear()
      active.clear()
    },
    redeliver: (pick) => {
      if (active.size === 0) return
      const { chunk } = pick([...active.values()])
      active.delete(chunk.id)
      waiting.set(chunk.id, chunk)
    },
    dump: () => {
      const chunks = [...waiting.values(), ...[...active.values()].map(({ chunk }) => chunk)]
      return () => {
        waiting.clear()
        active.clear()
        for (const chunk of chunks) waiting.set(chunk.id, chunk)
      }
    },
    size: () => waiting.size + active.size,
  }
}
