import type { Chunk, ChunkWork } from '@collapsar/sweep'
import { nominalFlops } from './speedometer.ts'

/** The chunks in a worker's hands. */
export interface Hands {
  /** @returns to be called with `trained` once only recording is left, and with `released` when the chunk is out of hand */
  take(work: ChunkWork): { trained(): void; released(): void }
  ids(): readonly string[]
  /** Seconds until the chunk is trained: 0 for one that is, Infinity for one that is not in hand. */
  remainingSeconds(chunk: Pick<Chunk, 'id'>, flopsPerSecond: number): number
}

interface Held {
  readonly flops: number
  readonly since: number
  isTrained: boolean
}

/** @param now milliseconds of a clock that never goes back */
export function createHands(now: () => number = () => performance.now()): Hands {
  const held = new Map<string, Held>()
  return {
    take: (work) => {
      const one: Held = { flops: nominalFlops(work), since: now(), isTrained: false }
      held.set(work.chunk.id, one)
      return {
        trained: () => {
          one.isTrained = true
        },
        released: () => {
          if (held.get(work.chunk.id) === one) held.delete(work.chunk.id)
        },
      }
    },
    ids: () => [...held.keys()],
    remainingSeconds: ({ id }, flopsPerSecond) => {
      const one = held.get(id)
      if (one === undefined) return Infinity
      // The measured speed is that of a chunk beside another one: alone it ends sooner.
      return one.isTrained ? 0 : Math.max(0, one.flops / flopsPerSecond - (now() - one.since) / 1000)
    },
  }
}
