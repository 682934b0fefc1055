import { parseSweep, planDocument, trialFlops, weightCount } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import type { Size, Target } from './target.ts'

/** What a target takes, known before it runs. */
export interface Cost {
  readonly cells: number
  readonly trials: number
  /** By the static cost model, every trial trained to its last step. */
  readonly flops: number
  /** Expected, when none of its trials exist, with the threads given. */
  readonly seconds: number
}

/**
 * Narrow networks train at a part of the speed that plans assume of a thread, and what each chunk and each trial take beside
 * training counts in small sweeps. Set by the quick sizes on two cores, to about a factor of two.
 */
const PLAN_SLOWNESS = 2
const SECONDS_PER_SWEEP = 1
const SECONDS_PER_CELL = 0.1
const SECONDS_PER_TRIAL = 2e-5
/** Of the propagation of breakpoints: their number, at most about that of the neurons, times the weights. */
const SECONDS_PER_BREAKPOINT_WEIGHT = 2e-9

/** The cost of all sweeps of a target; cells that two of them share are counted twice. */
export function costOf(target: Target, size: Size, threads: number): Cost {
  const sweeps = target.sweeps(size).map(({ file }) => parseSweep(file))
  const cells = sweeps.flatMap((sweep) => sweep.cells)
  const trials = cells.reduce((sum, { inits }) => sum + inits, 0)
  const planned = sweeps.reduce((sum, sweep) => {
    const none = sweep.cells.map(() => 0)
    const measured = none.map((trials) => ({ trials, lacking: [] }))
    return sum + planDocument(sweep, none, { flopsPerSecond: null, workers: 1, threads }, { allowSlow: true, measured }).seconds
  }, 0)
  const overhead = SECONDS_PER_SWEEP * sweeps.length + SECONDS_PER_CELL * cells.length + SECONDS_PER_TRIAL * trials
  const pieces = cells.reduce((sum, { spec, inits }) => sum + inits * piecesSeconds(spec), 0)
  return {
    cells: cells.length,
    trials,
    flops: cells.reduce((sum, { spec, inits }) => sum + inits * trialFlops(spec), 0),
    seconds: PLAN_SLOWNESS * planned + overhead + pieces,
  }
}

/** Nothing for networks that start without biases and are not trained: they bend at 0 alone. */
function piecesSeconds(spec: TrialSpec): number {
  const straight = spec.network.bias.kind === 'zero' && spec.training.steps === 0
  return straight || spec.problem.inputDim > 1 ? 0 : SECONDS_PER_BREAKPOINT_WEIGHT * spec.width * (spec.depth - 1) * weightCount(spec)
}
