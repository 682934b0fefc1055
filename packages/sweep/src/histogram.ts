/** Sparse counts: `counts[i]` things fell into the bin `bins[i]`. Bins ascend, counts are at least 1; two lists of one length. */
export interface Histogram {
  readonly bins: readonly number[]
  readonly counts: readonly number[]
}

export const EMPTY_HISTOGRAM: Histogram = { bins: [], counts: [] }

/** Things in all bins together. */
export function histogramTotal({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** The histogram of single values, integers from 0 to 2^32 - 1, each its own bin. */
export function histogramOf(values: ArrayLike<number>): Histogram {
  const ordered = new Uint32Array(values).toSorted()
  const bins: number[] = []
  const counts: number[] = []
  for (let first = 0, i = 1; i <= ordered.length; i += 1) {
    if (i < ordered.length && ordered[i] === ordered[first]) continue
    bins.push(ordered[first] ?? NaN)
    counts.push(i - first)
    first = i
  }
  return { bins, counts }
}

export function addHistograms(histograms: readonly Histogram[]): Histogram {
  const sum = new Map<number, number>()
  for (const { bins, counts } of histograms) {
    for (const [index, bin] of bins.entries()) increment(sum, bin, counts[index] ?? 0)
  }
  return sorted(sum)
}

function increment(counts: Map<number, number>, bin: number, count: number): void {
  counts.set(bin, (counts.get(bin) ?? 0) + count)
}

function sorted(counts: ReadonlyMap<number, number>): Histogram {
  const entries = [...counts].toSorted((a, b) => a[0] - b[0])
  return { bins: entries.map(([bin]) => bin), counts: entries.map(([, count]) => count) }
}

/** Type 7 median of a histogram whose bins stand for `valueOfBin(bin)`; null when it is empty. */
export function histogramMedian(histogram: Histogram, valueOfBin: (bin: number) => number): number | null {
  const total = histogramTotal(histogram)
  if (total === 0) return null
  const lower = binAtRank(histogram, Math.floor((total - 1) / 2))
  const upper = binAtRank(histogram, Math.floor(total / 2))
  return lower === upper ? valueOfBin(lower) : (valueOfBin(lower) + valueOfBin(upper)) / 2
}

/** Where a quantile of type 7 lies: `fraction` of the way between the things at two neighbouring ranks, which are in these bins. */
export interface QuantilePlace {
  readonly below: number
  readonly above: number
  readonly fraction: number
}

/** The place (n - 1) p among the n things; null when there are none. @source Hyndman and Fan (1996), definition 7 */
export function quantilePlace(histogram: Histogram, p: number): QuantilePlace | null {
  const total = histogramTotal(histogram)
  if (total === 0) return null
  const place = (total - 1) * p
  return {
    below: binAtRank(histogram, Math.floor(place)),
    above: binAtRank(histogram, Math.ceil(place)),
    fraction: place - Math.floor(place),
  }
}

function binAtRank({ bins, counts }: Histogram, rank: number): number {
  let below = 0
  for (let index = 0; index < bins.length; index += 1) {
    below += counts[index] ?? 0
    if (rank < below) return bins[index] ?? NaN
  }
  throw new RangeError(`invalid rank: ${rank}; the histogram holds ${below}`)
}
