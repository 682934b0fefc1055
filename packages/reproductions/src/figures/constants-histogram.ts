import { figureDigest } from '@collapsar/report'
import type { FigureData } from '@collapsar/report'
import { COLLAPSED, histogram } from '@collapsar/trial'
import type { CellEvidence } from '../target.ts'

/** A value that a loss leads to. */
export interface BestConstant {
  readonly value: number
  readonly label: string
}

/** Width of a bin. */
const BIN = 0.01
/** Constants further out are counted in the last bin on their side. */
const RANGE = [0.5, 1.25] as const

/** Where the constants of the collapsed networks of some cells lie. */
export function constantsHistogram(cells: readonly CellEvidence[], best: readonly BestConstant[]): FigureData['histogram'] {
  const [low, high] = RANGE
  const constants = cells.flatMap(({ records }) => records.filter(({ outcome }) => COLLAPSED.includes(outcome)).map(({ value }) => value))
  const bounds = Array.from({ length: Math.round((high - low) / BIN) + 1 }, (_, i) => low + BIN * i)
  const { counts, below, above } = histogram(constants, bounds)
  return {
    title: 'the constants of collapsed networks',
    subtitle: 'x^2 on [-√3, √3], depth 10, width 2; trained with the squared and with the absolute error',
    x: { label: 'constant' },
    bounds: [-Infinity, ...bounds, Infinity],
    counts: [below, ...counts, above],
    rules: best,
    digest: figureDigest({ cells: cells.map(({ document }) => document) }),
  }
}
