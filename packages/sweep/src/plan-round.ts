import type { TrialSpec } from '@collapsar/trial'
import { trialFlops } from './cost.ts'
import { BLOCK_TRIALS } from './block.ts'

/** Blocks [first, first + count). */
export interface BlockRange {
  readonly first: number
  readonly count: number
}

/** Where a cell stands for one sweep. */
export interface CellProgress {
  readonly cell: string
  readonly spec: TrialSpec
  /** Blocks that the sweep needs, ceil(inits / 100). */
  readonly goalBlocks: number
  /** Length of the contiguous prefix of block indices that are recorded or terminal gaps. */
  readonly prefixBlocks: number
  /** Recorded blocks and gaps in [prefixBlocks, goalBlocks), ascending. */
  readonly settled: readonly number[]
  /** Blocks claimed by live chunks of any sweep, overlapping [prefixBlocks, goalBlocks). */
  readonly claimed: readonly BlockRange[]
  /** Mean seconds a block took on workers so far; null before the first. */
  readonly secondsPerBlock: number | null
}

/** Blocks of one cell that nobody has and nobody works on. */
export interface OpenRange extends BlockRange {
  readonly cell: string
  readonly spec: TrialSpec
  readonly secondsPerBlock: number | null
}

/** `done`: every cell has what the sweep asked. `wait`: the rest is in workers' hands. `round`: these are to be trained. */
export type Plan =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'round'; readonly open: readonly OpenRange[] }

/**
 * Decides what a sweep needs next, from complete counts alone: the same progress gives the same plan, whoever asks
 * and whenever. Ranges with the lowest blocks come first, so that all cells of a map sharpen together.
 */
export function planRound(cells: readonly CellProgress[]): Plan {
  if (cells.every((cell) => cell.prefixBlocks >= cell.goalBlocks)) return { kind: 'done' }
  const open = cells.flatMap(openRanges).toSorted((a, b) => a.first - b.first)
  return open.length === 0 ? { kind: 'wait' } : { kind: 'round', open }
}

function openRanges({ cell, spec, secondsPerBlock, ...progress }: CellProgress): OpenRange[] {
  const taken = [...progress.settled.map((first) => ({ first, count: 1 })), ...progress.claimed]
  const wanted = { first: progress.prefixBlocks, count: progress.goalBlocks - progress.prefixBlocks }
  return openBetween(wanted, taken).map((range) => ({ cell, spec, secondsPerBlock, ...range }))
}

/** The blocks of `wanted` that are in none of the ranges `taken`, which may overlap and come in any order. */
export function openBetween(wanted: BlockRange, taken: readonly BlockRange[]): BlockRange[] {
  const end = wanted.first + wanted.count
  const open: BlockRange[] = []
  let next = wanted.first
  for (const range of [...taken.toSorted((a, b) => a.first - b.first), { first: end, count: 0 }]) {
    const until = Math.min(range.first, end)
    if (until > next) open.push({ first: next, count: until - next })
    next = Math.max(next, range.first + range.count)
  }
  return open
}

/** What sizes chunks, and nothing else: two planners with other speeds count the same trials. */
export interface ChunkSizing {
  /** Flop per second of a worker by the static cost model. */
  readonly flopsPerSecond: number
  /** A chunk aims at this many seconds... */
  readonly targetSeconds: number
  /** ...and never holds more blocks than this. */
  readonly maximumBlocks: number
}

type Sized = Pick<OpenRange, 'spec' | 'secondsPerBlock'>

/** What a block takes, by measurement or, before the first, by the cost model. */
export function blockSeconds({ spec, secondsPerBlock }: Sized, { flopsPerSecond }: Pick<ChunkSizing, 'flopsPerSecond'>): number {
  return secondsPerBlock ?? (BLOCK_TRIALS * trialFlops(spec)) / flopsPerSecond
}

/** Blocks of a chunk: at least one, as many as fit the target time. */
export function chunkBlocks(range: Sized, sizing: ChunkSizing): number {
  const fitting = Math.floor(sizing.targetSeconds / Math.max(blockSeconds(range, sizing), 1e-9))
  return Math.max(1, Math.min(fitting, sizing.maximumBlocks))
}
