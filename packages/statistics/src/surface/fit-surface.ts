import { checkOpenUnit } from '../counts.ts'
import type { Interval } from '../intervals/interval.ts'
import { normalUpperQuantile } from '../special/normal-quantile.ts'
import type { Axis, Monotony } from './axis.ts'
import { quadraticForm } from './cholesky.ts'
import { fitComplementaryLogLog, predictor, probabilityOf } from './complementary-log-log.ts'
import type { BinomialFit } from './complementary-log-log.ts'
import { designMatrix } from './design.ts'
import type { ScaledPoint } from './design.ts'
import { monotoneValues } from './monotone-cells.ts'
import { checkResiduals } from './residual-check.ts'
import type { ResidualCheck } from './residual-check.ts'
import { checkSurfaceCell } from './surface-cell.ts'
import type { BornDeadValue, SurfaceCell } from './surface-cell.ts'

export interface SurfaceOptions {
  readonly x: Axis
  readonly y: Axis
  /** Asks for a monotone surface, an assumption to be justified; null, the default, for none. */
  readonly monotony?: Monotony | null
  /** Of the pointwise band; 0.95 unless said. */
  readonly level?: number
  /** How often the residual check may reject a true model; 0.01 unless said. */
  readonly falseAlarm?: number
}

/** What the fitted surface says of a cell. A smooth guess: it is no measurement, and no verdict may rest on it. */
export interface FittedCell extends Interval {
  readonly basis: 'fit'
  readonly estimate: number
  /** ln(-ln(1 - r)) of the fitted part r, before any monotone correction. */
  readonly predictor: number
  readonly standardError: number
}

export interface SurfaceFit {
  /** Which probability is smooth here: collapse, or death in training where theory gives the born dead. */
  readonly fitted: 'died given alive' | 'collapse'
  /** [cell] as given; null where an axis leaves the cell out, or everywhere if nothing could be fitted. */
  readonly cells: readonly (FittedCell | null)[]
  readonly checks: readonly ResidualCheck[]
  /**
   * Whether the counts bear the model out: `misfit` once a check rejects it, `unchecked` if there are too few cells to
   * tell. Only a surface that `fits` is fit to be drawn; otherwise each cell has nothing but its own interval.
   */
  readonly verdict: 'fits' | 'misfit' | 'unchecked'
  /** Why the verdict is `unchecked`; null where it is another. */
  readonly reason: UncheckedReason | null
}

/** Of what is `fitted`: there is no trial of it, it happened to none of them or to all, or pools are no more than fitted terms. */
export type UncheckedReason = 'no trials' | 'none happened' | 'all happened' | 'too few cells'

/**
 * A smooth surface of P(collapse) over two axes. Hazards add: collapse is p = b + (1 - b) r, with b = P(born dead)
 * from theory and r = P(died | alive) fitted to the trials that were born alive, by a binomial model with
 * complementary log-log link in 1, u, v, u v, u^2, v^2, where u and v are the scales of the axes. Where theory leaves
 * any cell out, p itself is fitted to all trials. Lost trials take no part: only intervals can answer for them.
 *
 * The band is pointwise, of fixed trials, and right only as far as the model is: it combines the standard errors of
 * the fit and of b (MOVER: Zou and Donner, Statist. Med. 27 (2008) 1693). O(cells).
 *
 * @throws RangeError on impossible counts, a level or false alarm rate outside (0, 1), or monotony without a full grid.
 * Source: Lu, Shin, Su and Karniadakis (2020), arXiv:1903.06733, for b; McCullagh and Nelder (1989), section 4.3.
 */
export function fitSurface(cells: readonly SurfaceCell[], options: SurfaceOptions): SurfaceFit {
  const { level = 0.95, falseAlarm = 0.01 } = options
  checkOpenUnit('level', level)
  checkOpenUnit('falseAlarm', falseAlarm)
  cells.forEach(checkSurfaceCell)
  const splits = cells.every(({ theory }) => theory !== null)
  const fitted = splits ? 'died given alive' : 'collapse'
  const observations = observe(cells, options, splits)
  const design = designMatrix(observations, observations.map(({ trials }) => trials > 0))
  const fit = fitComplementaryLogLog({
    design,
    successes: observations.map(({ successes }) => successes),
    trials: observations.map(({ trials }) => trials),
  })
  if (fit === null) return { fitted, cells: cells.map(() => null), checks: [], verdict: 'unchecked', reason: reasonOf(observations) }
  const z = normalUpperQuantile((1 - level) / 2)
  const smooth = observations.map((observation, index) => {
    return fittedCell(observation, design[index] ?? new Float64Array(), { fit, z })
  })
  const checks = checkParts(observations, smooth, { splits, terms: fit.coefficients.length })
  const shown = options.monotony ? makeMonotone(observations, smooth, options.monotony) : smooth
  const byCell = new Map(observations.map(({ cell }, index) => [cell, shown[index] ?? null]))
  const verdict = verdictOf(checks, falseAlarm)
  return { fitted, cells: cells.map((cell) => byCell.get(cell) ?? null), checks, verdict, reason: verdict === 'unchecked' ? reasonOf(observations) : null }
}

/** A cell as the fit sees it: the counts of the fitted part, and what theory says of the other. */
interface Observation extends ScaledPoint {
  readonly cell: SurfaceCell
  readonly successes: number
  readonly trials: number
  readonly bornDead: BornDeadValue
}

const NONE_BORN_DEAD: BornDeadValue = { estimate: 0, standardError: 0 }

function observe(cells: readonly SurfaceCell[], { x, y }: SurfaceOptions, splits: boolean): readonly Observation[] {
  return cells.flatMap((cell) => {
    const [u, v] = [x.scale(cell.x), y.scale(cell.y)]
    if (u === null || v === null) return []
    const apart = splits ? cell.bornDead : 0
    const bornDead = (splits ? cell.theory : null) ?? NONE_BORN_DEAD
    return [{ cell, u, v, successes: cell.collapsed - apart, trials: cell.trials - apart, bornDead }]
  })
}

function fittedCell(
  { bornDead: b }: Observation,
  terms: Readonly<Float64Array>,
  { fit, z }: { readonly fit: BinomialFit; readonly z: number },
): FittedCell {
  const eta = predictor(fit.coefficients, terms)
  const standardError = Math.sqrt(quadraticForm(fit.information, terms))
  const r = probabilityOf(eta)
  const estimate = b.estimate + (1 - b.estimate) * r
  const reach = (other: number): number =>
    Math.hypot((1 - r) * z * b.standardError, (1 - b.estimate) * (probabilityOf(other) - r))
  const low = Math.max(0, estimate - reach(eta - z * standardError))
  const high = Math.min(1, estimate + reach(eta + z * standardError))
  return { basis: 'fit', estimate, low, high, predictor: eta, standardError }
}

function checkParts(
  observations: readonly Observation[],
  smooth: readonly FittedCell[],
  { splits, terms }: { readonly splits: boolean; readonly terms: number },
): readonly ResidualCheck[] {
  const fitted = observations.map(({ successes, trials }, index) => {
    const probability = probabilityOf(smooth[index]?.predictor ?? 0)
    return { trials, observed: successes, probability, standardError: 0 }
  })
  if (!splits) return [checkResiduals('collapse', fitted, terms)]
  const born = observations.map(({ cell: { trials, bornDead: observed }, bornDead: { estimate, standardError } }) => {
    return { trials, observed, probability: estimate, standardError }
  })
  return [checkResiduals('born dead', born, 0), checkResiduals('died given alive', fitted, terms)]
}

/** The part that was fitted must have been checked; each check gets its share of the false alarms. */
function verdictOf(checks: readonly ResidualCheck[], falseAlarm: number): SurfaceFit['verdict'] {
  if (checks.some(({ pValue }) => pValue !== null && pValue < falseAlarm / checks.length)) return 'misfit'
  return checks.at(-1)?.pValue === null ? 'unchecked' : 'fits'
}

function reasonOf(observations: readonly Observation[]): UncheckedReason {
  const happened = observations.reduce((sum, { successes }) => sum + successes, 0)
  const trials = observations.reduce((sum, observation) => sum + observation.trials, 0)
  if (trials === 0) return 'no trials'
  if (happened === 0) return 'none happened'
  return happened === trials ? 'all happened' : 'too few cells'
}

function makeMonotone(
  observations: readonly Observation[],
  smooth: readonly FittedCell[],
  monotony: Monotony,
): readonly FittedCell[] {
  const placed = observations.map(({ cell: { x, y, trials } }, index) => {
    return { x, y, value: smooth[index]?.estimate ?? 0, weight: trials }
  })
  const values = monotoneValues(placed, monotony)
  return smooth.map((cell, index) => {
    const estimate = values[index] ?? cell.estimate
    return { ...cell, estimate, low: Math.min(cell.low, estimate), high: Math.max(cell.high, estimate) }
  })
}
