import type { Reference } from '@collapsar/statistics'

/** One entry of the table. */
export interface BornDeadEntry {
  readonly depth: number
  readonly width: number
  readonly reference: Reference
}

const DEPTHS = [5, 8, 10, 15, 20, 30] as const

/**
 * P(born dead) of He networks on the line without biases, inputs of both signs: value and standard error, [depth of DEPTHS].
 * Rao-Blackwellised simulations of the two-ray chain by an independent program (numpy), which agree with its plain simulations
 * of whole networks (4e5 to 4e6 of each shape).
 */
const TABLE: Readonly<Record<number, readonly (readonly [value: number, standardError: number])[]>> = {
  2: [[0.49774, 4e-5], [0.78645, 2e-5], [0.87984, 1e-5], [0.971485, 3e-6], [0.993233, 1e-6], [0.999619, 1e-6]],
  3: [[0.2062, 7e-5], [0.45194, 9e-5], [0.57853, 7e-5], [0.78341, 4e-5], [0.8889, 2e-5], [0.970771, 5e-6]],
  4: [[0.0726, 5e-5], [0.20506, 1e-4], [0.29428, 1e-4], [0.48499, 9e-5], [0.62658, 7e-5], [0.80411, 4e-5]],
  5: [[0.02377, 3e-5], [0.08187, 7e-5], [0.12833, 9e-5], [0.24708, 1e-4], [0.35542, 1e-4], [0.5302, 8e-5]],
  6: [[0.00761, 1e-5], [0.03094, 4e-5], [0.052, 6e-5], [0.11275, 8e-5], [0.17598, 9e-5], [0.29423, 8e-5]],
  8: [[0.000793, 3e-6], [0.00432, 1e-5], [0.00808, 2e-5], [0.0208, 4e-5], [0.03627, 5e-5], [0.0703, 6e-5]],
  10: [[0.000089, 5e-7], [0.000633, 2e-6], [0.001293, 4e-6], [0.003775, 9e-6], [0.00709, 1e-5], [0.01508, 2e-5]],
}

const WIDTHS = [1, ...Object.keys(TABLE).map(Number)]

/** Every entry, by width and then depth: depths 3, 5, 8, 10, 15, 20, 30 of widths 1, 2, 3, 4, 5, 6, 8, 10. */
export const BORN_DEAD_TABLE: readonly BornDeadEntry[] = WIDTHS.flatMap((width) =>
  [3, ...DEPTHS].map((depth) => ({ depth, width, reference: closedForm(depth, width) ?? simulated(depth, width) })),
)

/** Width 1: 1 - 2^-(L-2). Depth 3: 4^-N (3 - 2^(1-N)). Lu, Shin, Su and Karniadakis (2020), arXiv:1903.06733. */
function closedForm(depth: number, width: number): Reference | null {
  if (width === 1) return { probability: 1 - 2 ** (2 - depth), standardError: 0 }
  return depth === 3 ? { probability: 4 ** -width * (3 - 2 ** (1 - width)), standardError: 0 } : null
}

function simulated(depth: number, width: number): Reference {
  const [probability = NaN, standardError = NaN] = TABLE[width]?.[DEPTHS.findIndex((known) => known === depth)] ?? []
  return { probability, standardError }
}

/** @throws RangeError for a shape that the table lacks */
export function bornDeadReference(depth: number, width: number): Reference {
  const entry = BORN_DEAD_TABLE.find((candidate) => candidate.depth === depth && candidate.width === width)
  if (entry === undefined) throw new RangeError(`no reference for depth ${depth} and width ${width}`)
  return entry.reference
}
