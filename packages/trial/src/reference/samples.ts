import type { TrialBatch } from '../batch.ts'
import { fillWords } from '../random/uniform.ts'

/** Samples per tile, for hidden layers of fewer than 8 units and for wider ones (NUMERICS.md, 4). */
const NARROW_TILE = 32
const WIDE_TILE = 16
const WIDE = 8

/** Numbers of all points, in order. */
export function allPoints(count: number): number[] {
  return Array.from({ length: count }, (_, point) => point)
}

/**
 * Points of one step of one trial, drawn with replacement from the trial's own stream (NUMERICS.md, 4).
 * @param trial index of the trial in its cell
 * @param step 0 for the first update
 */
export function drawMinibatch(batch: TrialBatch, size: number, trial: number, step: number): number[] {
  const words = new Uint32Array(4 * Math.ceil(size / 4))
  fillWords(words, words.length / 4, 0, { key: batch.minibatchKey, tensor: step, trial })
  return Array.from(words.subarray(0, size), (word) =>
    Number((BigInt(word) * BigInt(batch.points.count)) >> 32n),
  )
}

/** Consecutive tiles of samples; the last may be shorter. @param sizes of the network's layers */
export function tilesOf(samples: readonly number[], sizes: readonly number[]): number[][] {
  const width = sizes.length > 2 ? (sizes[1] ?? 0) : 0
  const tile = width < WIDE ? NARROW_TILE : WIDE_TILE
  return Array.from({ length: Math.ceil(samples.length / tile) }, (_, t) => samples.slice(t * tile, (t + 1) * tile))
}
