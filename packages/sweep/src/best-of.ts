import { bestOf, mostStarts, restartsNeeded, startsGrid, successWithin } from '@collapsar/statistics'
import type { BestOf, RestartsNeeded, SuccessWithin } from '@collapsar/statistics'
import { OUTCOMES, targetScale, testPoints, trainingPoints } from '@collapsar/trial'
import type { TrainingPoints, TrialSpec } from '@collapsar/trial'
import { provedStartsDemanded } from './cell-theory.ts'
import type { CellTrials } from './cell-trials.ts'
import { collapsedTrials } from './surface.ts'
import type { CellCounts } from './surface.ts'

/** What one cell says about starting several times and keeping the best. */
export interface BestOfCell extends BestOf {
  readonly cell: string
  readonly depth: number
  readonly width: number
  readonly axes?: Readonly<Record<string, unknown>>
  readonly gaps: number
  /** By what the training of the least loss is judged. */
  readonly scoredBy: 'loss' | 'testError'
  /** Greatest K that these trials answer for: a third of them. */
  readonly mostStarts: number
  /** Chance that at least one of K trainings converges, [K] as `points`. */
  readonly converged: readonly SuccessWithin[]
  /** Trainings after which, with each certainty, one has not collapsed... */
  readonly untilAlive: readonly RestartsNeeded[]
  /** ...and one has converged. */
  readonly untilConverged: readonly RestartsNeeded[]
  /** Proved: fewer trainings fail all together more often than the certainty allows, however long they train; null where no theorem applies. */
  readonly demanded: readonly { readonly certainty: number; readonly starts: number | null }[]
}

export interface BestOfSetting {
  /** The numbers K to answer for; absent: 1 to a third of the trials, evenly in ln K beyond 40. */
  readonly starts?: readonly number[]
  readonly level?: number
  /** Error on the test points, [trial] as the records; absent: the best training is judged by its loss itself. */
  readonly errors?: ArrayLike<number>
  readonly axes?: Readonly<Record<string, unknown>>
}

/** With which certainty restarts are to lead to one good training. */
const CERTAINTIES = [0.95, 0.99] as const

const CONVERGED = OUTCOMES.indexOf('converged')

/**
 * Loss of the best of K trainings of one cell, for every K at once, unbiased, with the loss of the best constant in place of larger
 * ones and of diverged trials; and how many trainings it takes until one is good.
 * With errors the training of the least loss is kept all the same, and judged by its error; the best constant is then that of the test points.
 * @throws RangeError below 3 trials, for a K beyond a third of them, and for errors of a problem without test points
 */
export function bestOfCell(counts: CellCounts, { columns }: CellTrials, setting: BestOfSetting = {}): BestOfCell {
  const { cell, spec, tally, gaps } = counts
  const trials = columns.loss.length
  const { level = 0.95, starts = startsGrid(trials), axes, errors } = setting
  const judged = errors === undefined ? trainingPoints(spec.problem, spec.seed) : requiredTestPoints(spec)
  const clipAt = targetScale(judged, spec.training).bestConstantLoss
  const converged = columns.outcome.reduce((sum, outcome) => sum + (outcome === CONVERGED ? 1 : 0), 0)
  const until = (failures: number): RestartsNeeded[] =>
    CERTAINTIES.map((certainty) => restartsNeeded({ successes: failures, trials, gaps }, certainty, { level }))
  return {
    cell,
    depth: spec.depth,
    width: spec.width,
    ...(axes !== undefined && Object.keys(axes).length > 0 && { axes }),
    gaps,
    scoredBy: errors === undefined ? 'loss' : 'testError',
    mostStarts: mostStarts(trials),
    ...bestOf({ losses: columns.loss, ...(errors !== undefined && { errors }), clipAt }, { starts, level }),
    converged: starts.map((count) => successWithin({ successes: converged, trials, gaps }, count, { level })),
    untilAlive: until(collapsedTrials(tally)),
    untilConverged: until(trials - converged),
    demanded: CERTAINTIES.map((certainty) => ({ certainty, starts: finite(provedStartsDemanded(spec, 1 - certainty)) })),
  }
}

/** A number beyond binary64 is none that anyone will start. */
function finite(count: number | null): number | null {
  return count !== null && Number.isFinite(count) ? count : null
}

function requiredTestPoints({ problem, seed }: TrialSpec): TrainingPoints {
  const points = testPoints(problem, seed)
  if (points === null) throw new RangeError('invalid errors: the problem has no test points')
  return points
}
