import type { CellDocument } from '@collapsar/sweep'

type Estimate = CellDocument['collapse']

/** One decimal; nearer than 1% to either end, two significant digits of the distance to it. Ends carry none. */
export function decimalsOf(probability: number): number {
  const distance = 100 * Math.min(probability, 1 - probability)
  if (distance <= 0) return 0
  return distance >= 1 ? 1 : Math.min(9, 1 - Math.floor(Math.log10(distance)))
}

/** A probability in percent, without the sign: `92.6`, `0.35`, `0`. */
export function percent(probability: number, decimals = decimalsOf(probability)): string {
  return (100 * probability).toFixed(decimals)
}

/**
 * The estimate alone: `92.6`, or `<0.7` and `>99.3`, the end of the interval, where no trial or every trial
 * collapsed: 0 of 1,000 says no more than that. These two are rounded away from the end, so that the statement
 * stays true.
 */
export function estimateText(collapse: Estimate): string {
  if (collapse.estimate === null) return '–'
  if (collapse.estimate === 0) return `<${outward(collapse.high, Math.ceil)}`
  if (collapse.estimate === 1) return `>${outward(collapse.low, Math.floor)}`
  return percent(collapse.estimate)
}

/**
 * `[89.2, 95.2]` with the decimals of the estimate; empty where the estimate already is the end of the
 * interval.
 */
export function intervalText(collapse: Estimate): string {
  const { estimate, low, high } = collapse
  if (estimate === null || estimate === 0 || estimate === 1) return ''
  const decimals = decimalsOf(estimate)
  return `[${percent(low, decimals)}, ${percent(high, decimals)}]`
}

function outward(probability: number, round: (value: number) => number): string {
  const decimals = decimalsOf(probability)
  const scale = 10 ** decimals
  // The small shift keeps 0.7 (stored as 0.70000000000000006) from becoming 0.8.
  const shift = round === Math.ceil ? -1e-9 : 1e-9
  const text = (round(100 * probability * scale + shift) / scale).toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A count with thousands separated: `50,000`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}
