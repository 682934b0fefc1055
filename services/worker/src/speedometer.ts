import { BLOCK_TRIALS, trialFlops } from '@collapsar/sweep'
import type { ChunkWork } from '@collapsar/sweep'

/** Weight of the newest chunk in the running mean of the worker's speed. */
const SPEED_WEIGHT = 0.3
const SHORTEST_SECONDS = 1e-6

export interface Speedometer {
  add(work: ChunkWork, seconds: number): void
  /** null before the first chunk. */
  flopsPerSecond(): number | null
}

/** Running mean of nominal flop per second: the cost model over the time, so dead networks make a worker look faster. */
export function createSpeedometer(): Speedometer {
  let mean: number | null = null
  return {
    add: (work, seconds) => {
      const flops = nominalFlops(work) / Math.max(seconds, SHORTEST_SECONDS)
      mean = mean === null ? flops : mean + SPEED_WEIGHT * (flops - mean)
    },
    flopsPerSecond: () => mean,
  }
}

/** What training the chunk costs by the static model. */
export function nominalFlops({ chunk, spec }: ChunkWork): number {
  return chunk.blocks * BLOCK_TRIALS * trialFlops(spec)
}
