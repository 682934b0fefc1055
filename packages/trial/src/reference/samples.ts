import type { TrialBatch } from '../batch.ts'
import type { NetworkShape } from '../network.ts'
import { fillWords } from '../random/uniform.ts'

/** Samples per tile, for hidden layers of fewer than 8 units and for wider ones (NUMERICS.md, 4). */
const NARROW_TILE = 32
const WIDE_TILE = 16
const WIDE = 8

/** Consecutive samples of a step or of a check, of which sums are taken before they are added to those of other tiles. */
export interface Tile {
  /** Numbers of the points, in order. */
  readonly points: readonly number[]
  /** Where the first of them lies among the samples of its pass. */
  readonly row: number
  /** Whether it is the first tile of the step or check. */
  readonly isFirst: boolean
}

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

/**
 * The tiles that go through the network together: one after another where samples do not see each other, all of them where
 * a batch normalization takes its statistics over all.
 */
export function passesOf(samples: readonly number[], { sizes, normalization }: NetworkShape): Tile[][] {
  const tiles = tilesOf(samples, sizes)
  if (normalization !== 'batch') return tiles.map((points, t) => [{ points, row: 0, isFirst: t === 0 }])
  const size = tiles[0]?.length ?? 0
  return [tiles.map((points, t) => ({ points, row: t * size, isFirst: t === 0 }))]
}

/** Number of samples in the largest pass. */
export function largestPass({ shape, points, training }: Pick<TrialBatch, 'shape' | 'points' | 'training'>): number {
  const { batch } = training
  const samples = batch === 'full' ? points.count : Math.max(points.count, batch)
  return shape.normalization === 'batch' ? samples : Math.min(samples, NARROW_TILE)
}
