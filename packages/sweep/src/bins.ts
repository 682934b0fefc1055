import { equalBounds, histogram } from '@collapsar/trial'
import { histogramOf } from './histogram.ts'
import type { Histogram } from './histogram.ts'
import { countedPieces } from './tally-quantiles.ts'
import { lossBin, lossBinEdges } from './tally.ts'
import type { Tally } from './tally.ts'

/** Few enough bins to be told apart in a picture. */
const MOST_BINS = 60

/** Counts between bounds, coarse enough to be drawn. */
export interface BinnedCounts {
  /** [bin + 1], ascending; the last may be infinite. Empty without a count. */
  readonly bounds: readonly number[]
  /** [bin] */
  readonly counts: readonly number[]
  /** Trials that have no place among the bins: diverged, or without a finite number. */
  readonly lost: number
  /** Whether the bins are as wide as their place is large. */
  readonly scale: 'linear' | 'log'
}

/** Losses by whole bins of the tally, 1, 2, 4, ... of them together, so that no bound is a guess; a first bin from 0 holds a loss of 0. */
export function lossBins({ losses }: Pick<Tally, 'losses'>): BinnedCounts {
  const finite = entriesOf(losses).filter(({ bin }) => bin < INFINITE_BIN)
  const lost = total(entriesOf(losses)) - total(finite)
  const positive = finite.filter(({ bin }) => bin > 0)
  const [first, last] = [positive[0]?.bin, positive.at(-1)?.bin]
  const zeros = total(finite) - total(positive)
  if (first === undefined || last === undefined) {
    return zeros === 0 ? { ...NOTHING, lost, scale: 'log' } : { bounds: [0, edge(1)], counts: [zeros], lost, scale: 'log' }
  }
  let together = 1
  while (Math.floor(last / together) - Math.floor(first / together) >= MOST_BINS) together *= 2
  const from = Math.floor(first / together)
  const groups = Math.floor(last / together) - from + 1
  const bounds = Array.from({ length: groups + 1 }, (_, group) => edge(Math.min(INFINITE_BIN, (from + group) * together)))
  const counts = gathered(positive, groups, (bin) => Math.floor(bin / together) - from)
  const isAfterZero = zeros > 0 && from > 0
  if (zeros > 0 && !isAfterZero) counts[0] = (counts[0] ?? 0) + zeros
  return { bounds: isAfterZero ? [0, ...bounds] : bounds, counts: isAfterZero ? [zeros, ...counts] : counts, lost, scale: 'log' }
}

/** Numbers of pieces, each in the middle of its bin or of a bin of several. Trials without a count are lost. */
export function piecesBins({ pieces }: Pick<Tally, 'pieces'>): BinnedCounts {
  const counted = countedPieces(pieces)
  return { ...wholeBins(counted), lost: total(entriesOf(pieces)) - total(entriesOf(counted)) }
}

/** A ratio of largest to smallest from which on a logarithmic axis shows more. */
const LOG_RATIO = 1000
const COLUMN_BINS = 40

/** @param isWhole whether the numbers are integers, which then lie in the middle of their bins */
export function columnBins(values: ArrayLike<number>, isWhole: boolean): BinnedCounts {
  if (isWhole) return wholeBins(histogramOf(Array.from(values)))
  const finite = Float64Array.from(values).filter(Number.isFinite)
  const equal = equalBounds(finite, COLUMN_BINS)
  if (equal === null) return { ...NOTHING, lost: values.length }
  const [low = 0, high = 0] = [equal[0], equal.at(-1)]
  const isLog = low > 0 && high > LOG_RATIO * low
  const bounds = isLog ? equal.map((bound, i) => (bound === low || bound === high ? bound : low * (high / low) ** (i / COLUMN_BINS))) : equal
  return { bounds, counts: histogram(finite, bounds).counts, lost: values.length - finite.length, scale: isLog ? 'log' : 'linear' }
}

const NOTHING = { bounds: [], counts: [], lost: 0, scale: 'linear' } as const

const INFINITE_BIN = lossBin(Infinity)

function edge(bin: number): number {
  return lossBinEdges(bin)[0]
}

interface Entry {
  readonly bin: number
  readonly count: number
}

function entriesOf({ bins, counts }: Histogram): Entry[] {
  return bins.map((bin, i) => ({ bin, count: counts[i] ?? 0 }))
}

function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0)
}

function gathered(entries: readonly Entry[], groups: number, groupOf: (bin: number) => number): number[] {
  const counts = Array<number>(groups).fill(0)
  for (const { bin, count } of entries) counts[groupOf(bin)] = (counts[groupOf(bin)] ?? 0) + count
  return counts
}

function wholeBins(whole: Histogram): BinnedCounts {
  const entries = entriesOf(whole)
  const [first, last] = [whole.bins[0], whole.bins.at(-1)]
  if (first === undefined || last === undefined) return NOTHING
  const together = Math.ceil((last - first + 1) / MOST_BINS)
  const groups = Math.floor((last - first) / together) + 1
  const bounds = Array.from({ length: groups + 1 }, (_, group) => first + group * together - 0.5)
  return { bounds, counts: gathered(entries, groups, (bin) => Math.floor((bin - first) / together)), lost: 0, scale: 'linear' }
}
