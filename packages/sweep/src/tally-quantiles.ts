import { quantilePlace } from './histogram.ts'
import type { Histogram } from './histogram.ts'
import { lossBinEdges, lossOfBin } from './tally.ts'
import type { Tally } from './tally.ts'

/**
 * A quantile of type 7 (Hyndman and Fan, 1996), as well as a histogram knows it: that of the trials lies in [low, high].
 * null where it falls to a trial without a number: a loss that diverged lies above all others.
 */
export interface HistogramQuantile {
  /** Probability. */
  readonly p: number
  /** With every trial in the middle of its bin. */
  readonly value: number | null
  /** With every trial at the lower edge of its bin. */
  readonly low: number | null
  /** With every trial at the upper edge of its bin. */
  readonly high: number | null
}

export interface TallyQuantiles {
  /** Over all counted trials; bins are at most 3.2% wide. */
  readonly loss: readonly HistogramQuantile[]
  /** Over the trials for which pieces are defined; exact. Empty where they never are. */
  readonly pieces: readonly HistogramQuantile[]
}

const PROBABILITIES = [0.05, 0.25, 0.5, 0.75, 0.95] as const

/** Quantiles of a tally; empty lists for an empty one. */
export function tallyQuantiles({ losses, pieces }: Tally): TallyQuantiles {
  return { loss: quantiles(losses, lossBin), pieces: quantiles(countedPieces(pieces), (bin) => [bin, bin, bin]) }
}

/** The bin 0 holds the trials without a piece count. */
export function countedPieces({ bins, counts }: Histogram): Histogram {
  const uncounted = bins[0] === 0 ? 1 : 0
  return { bins: bins.slice(uncounted), counts: counts.slice(uncounted) }
}

type BinPoints = readonly [low: number, middle: number, high: number]

function lossBin(bin: number): BinPoints {
  const [low, high] = lossBinEdges(bin)
  return [low, lossOfBin(bin), high]
}

function quantiles(histogram: Histogram, pointsOf: (bin: number) => BinPoints): HistogramQuantile[] {
  return PROBABILITIES.flatMap((p) => {
    const place = quantilePlace(histogram, p)
    if (place === null) return []
    const [below, above] = [pointsOf(place.below), pointsOf(place.above)]
    const [low, value, high] = [0, 1, 2].map((i) => between(below[i] ?? Number.NaN, above[i] ?? Number.NaN, place.fraction))
    return [{ p, value: value ?? null, low: low ?? null, high: high ?? null }]
  })
}

function between(below: number, above: number, fraction: number): number | null {
  const value = below === above || fraction === 0 ? below : below + fraction * (above - below)
  return Number.isFinite(value) ? value : null
}
