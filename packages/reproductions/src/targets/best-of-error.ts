import { bestOf, mostStarts, nonConvergence } from '@collapsar/statistics'
import { targetScale, trainingPoints } from '@collapsar/trial'
import { compareNumberBand } from '../comparisons/number.ts'
import type { UncertainNumber } from '../comparisons/number.ts'
import { slopeOf } from '../comparisons/slope.ts'
import { collapsedOf } from '../evidence.ts'
import type { Measurement } from '../measurement.ts'
import type { CellEvidence } from '../target.ts'

/** K where it does not grow with depth. */
export const FIXED_STARTS = 16
/** Trainings that do not collapse, expected among a K that does: with none of them comes probability e^-3 = 5%. */
export const ALIVE_STARTS = 3
/** Of the best constant's loss: with one training in two at half collapse, about a fifth is expected, and 1 without growth. */
export const MOST_ERROR = 0.5

/** 95% bands. */
const BAND_ERRORS = 1.96

/** Errors of the best of K trainings of one depth, in units of the best constant's loss. */
interface BestErrors {
  readonly cell: CellEvidence
  /** The loss that is the unit. */
  readonly unit: number
  readonly fixed: UncertainNumber
  readonly growing: UncertainNumber
  /** The K that grows with depth. */
  readonly starts: number
}

/** Comparisons that `errorComparisons` makes of so many depths: two bounds and the growing K of each, steps between them, the trend. */
export function errorComparisonCount(depths: number): number {
  return 3 * depths + (depths - 1) + 1
}

/**
 * What error the best of K trainings has, for a K that stays and for one that grows like 1 / P(no collapse).
 * @param cells with the records of their trials, by depth
 * @param bornDeadAt lower end of P(born dead) of a depth
 */
export function errorComparisons(
  cells: readonly CellEvidence[],
  { bornDeadAt, falseAlarm }: { readonly bornDeadAt: (depth: number) => number; readonly falseAlarm: number },
): Measurement[] {
  const errors = cells.map(bestErrors)
  return [
    trendComparison(errors, falseAlarm),
    ...errors.map((error) => growingComparison(error, falseAlarm)),
    ...errors.flatMap((error) => boundComparisons(error, bornDeadAt(error.cell.spec.depth), falseAlarm)),
    ...errors.slice(1).map((error, index) => stepComparison(errors[index] ?? error, error, falseAlarm)),
  ]
}

function bestErrors(cell: CellEvidence): BestErrors {
  const { problem, seed, training } = cell.spec
  const unit = targetScale(trainingPoints(problem, seed), training).bestConstantLoss
  const { successes, trials } = collapsedOf(cell)
  const starts = Math.min(mostStarts(trials), Math.ceil((ALIVE_STARTS * trials) / Math.max(1, trials - successes)))
  const { points } = bestOf({ losses: cell.records.map(({ loss }) => loss), clipAt: unit }, { starts: [FIXED_STARTS, starts] })
  const [fixed, growing] = points.map(({ expected, low, high }) => ({
    value: expected / unit,
    // The end that is not cut off at the least loss or at the best constant's.
    standardError: Math.max(high - expected, expected - low) / (BAND_ERRORS * unit),
    trials,
  }))
  const nothing = { value: NaN, standardError: NaN, trials }
  return { cell, unit, fixed: fixed ?? nothing, growing: growing ?? nothing, starts }
}

/** With a fixed K the error grows with depth... */
function trendComparison(errors: readonly BestErrors[], falseAlarm: number): Measurement {
  const points = errors.map(({ cell, fixed }) => ({ x: cell.spec.depth, y: fixed.value, variance: fixed.standardError ** 2 }))
  return compareNumberBand({
    what: `growth a layer of the error of the best of ${FIXED_STARTS}, in units of the best constant's`,
    measured: slopeOf(points, errors.reduce((sum, { fixed }) => sum + fixed.trials, 0)),
    kind: 'published',
    band: { low: 0, high: Infinity },
    falseAlarm,
  })
}

/** ...nowhere less than at the depth before... */
function stepComparison(before: BestErrors, after: BestErrors, falseAlarm: number): Measurement {
  return compareNumberBand({
    what: `error of the best of ${FIXED_STARTS} at depth ${after.cell.spec.depth} less that at depth ${before.cell.spec.depth}`,
    measured: {
      value: after.fixed.value - before.fixed.value,
      standardError: Math.hypot(after.fixed.standardError, before.fixed.standardError),
      trials: before.fixed.trials + after.fixed.trials,
    },
    kind: 'published',
    band: { low: 0, high: Infinity },
    falseAlarm,
    mode: 'bound',
  })
}

/** ...and towards that of the best constant, as all K are inactive with probability q^K, and born dead with a greater one. */
function boundComparisons({ cell, unit, fixed }: BestErrors, bornDead: number, falseAlarm: number): Measurement[] {
  const { depth, width } = cell.spec
  const network = { depth, width, relu: true, symmetricWeights: true, zeroBias: true, gradientOnly: true }
  const inactive = (nonConvergence(network, { starts: FIXED_STARTS, distance: unit })?.leastError ?? 0) / unit
  const compared = { measured: fixed, kind: 'proved', falseAlarm, mode: 'bound' } as const
  const what = `error of the best of ${FIXED_STARTS} at depth ${depth}, in units of the best constant's`
  return [
    compareNumberBand({ ...compared, what: `${what}: at least q^K`, band: { low: inactive, high: Infinity } }),
    compareNumberBand({ ...compared, what: `${what}: at least P(born dead)^K`, band: { low: bornDead ** FIXED_STARTS, high: Infinity } }),
  ]
}

/** With a K that grows like 1 / (1 - p) it stays below. */
function growingComparison({ cell, growing, starts }: BestErrors, falseAlarm: number): Measurement {
  return compareNumberBand({
    what: `error of the best of K = ${starts} at depth ${cell.spec.depth}, in units of the best constant's`,
    measured: growing,
    kind: 'published',
    band: { low: -Infinity, high: MOST_ERROR },
    falseAlarm,
  })
}
