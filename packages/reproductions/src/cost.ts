import { parseSweep, planDocument, trialFlops } from '@collapsar/sweep'
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
 * training counts in small sweeps. Measured on two cores of 2.x GHz over the quick sizes.
 */
const PLAN_SLOWNESS = 2
const SECONDS_PER_SWEEP = 1
const SECONDS_PER_CELL = 0.1
const SECONDS_PER_TRIAL = 2e-5

/** The cost of all sweeps of a target; cells that two of them share are counted twice. */
export function costOf(target: Target, size: Size, threads: number): Cost {
  const sweeps = target.sweeps(size).map(({ file }) => parseSweep(file))
  const cells = sweeps.flatMap((sweep) => sweep.cells)
  const trials = cells.reduce((sum, { inits }) => sum + inits, 0)
  const planned = sweeps.reduce((sum, sweep) => {
    const none = sweep.cells.map(() => 0)
    return sum + planDocument(sweep, none, { flopsPerSecond: null, workers: 1, threads }, { allowSlow: true }).seconds
  }, 0)
  const overhead = SECONDS_PER_SWEEP * sweeps.length + SECONDS_PER_CELL * cells.length + SECONDS_PER_TRIAL * trials
  return {
    cells: cells.length,
    trials,
    flops: cells.reduce((sum, { spec, inits }) => sum + inits * trialFlops(spec), 0),
    seconds: PLAN_SLOWNESS * planned + overhead,
  }
}
