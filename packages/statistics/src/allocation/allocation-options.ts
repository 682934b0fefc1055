import { checkCount, checkCounts, checkOpenUnit } from '../counts.ts'
import type { Counts } from '../counts.ts'
import type { Monotony } from '../surface/axis.ts'
import type { Place } from './infer-from-neighbours.ts'
import type { Criterion, Indifference } from './verdicts.ts'

/** Trials are asked for, trained and stored in blocks of this many. */
export const BLOCK = 100

/** A cell with its counts at exactly the trials that earlier rounds asked for: trials + gaps of them, in order. */
export interface AllocationCell extends Counts, Place {
  /** Work of one trial in any unit, from a model: never a measured time, or rounds could not be repeated. */
  readonly cost: number
}

export interface AllocationOptions {
  /** Probabilities to place every cell against, each in (0, 1). */
  readonly levels: readonly number[]
  /** At this many trials, whole blocks, a cell is given up as undecided. */
  readonly maxTrials: number
  /** Of each cell's anytime-valid interval; 0.95 unless said. */
  readonly confidence?: number
  /** Trials of the first round, whole blocks; 100 unless said. */
  readonly pilot?: number
  /** The next look at a cell is at most this many times its trials, but at least a block on; 1.5 unless said. */
  readonly growth?: number
  /** Where given, an interval inside [from h, to h] settles the cell as close to the level h. */
  readonly indifference?: Indifference | null
  /** Where given, cells may be decided by others, on the assumption that the probability is monotone. */
  readonly monotony?: Monotony | null
  /** The most work asked for in one round, but always one request; none unless said. */
  readonly roundCost?: number
  /** The most work of all rounds together; none unless said. */
  readonly maxCost?: number
}

/** How many of a cell's trials earlier rounds asked for. */
export function askedOf({ trials, gaps = 0 }: AllocationCell): number {
  return trials + gaps
}

/** Where to look next at a cell that was last looked at after `trials`, at least one. */
export function nextLook(trials: number, { maxTrials, growth = 1.5 }: AllocationOptions): number {
  return Math.min(maxTrials, Math.max(trials + BLOCK, Math.floor((trials * growth) / BLOCK) * BLOCK))
}

/** Where to look first. */
export function firstLook({ maxTrials, pilot = BLOCK }: AllocationOptions): number {
  return Math.min(maxTrials, pilot)
}

export function criterionOf({ confidence = 0.95, indifference = null }: AllocationOptions): Criterion {
  return { indifference, threshold: -Math.log1p(-confidence) }
}

export function checkOptions(options: AllocationOptions): void {
  const { levels, maxTrials, confidence = 0.95, pilot = BLOCK, growth = 1.5, indifference = null } = options
  if (levels.length === 0) throw new RangeError('levels must name at least one probability, got none')
  for (const level of levels) checkOpenUnit('a level', level)
  checkOpenUnit('confidence', confidence)
  checkBlocks('maxTrials', maxTrials)
  checkBlocks('pilot', pilot)
  if (!(growth > 1 && growth < Infinity)) throw new RangeError(`growth must be a number above 1, got ${growth}`)
  if (indifference !== null) checkIndifference(indifference)
  for (const name of ['roundCost', 'maxCost'] as const) {
    const cost = options[name] ?? Infinity
    if (!(cost > 0)) throw new RangeError(`${name} must be positive, got ${cost}`)
  }
}

function checkIndifference({ from, to }: Indifference): void {
  checkOpenUnit('indifference.from', from)
  if (!(to > 1 && to < Infinity)) throw new RangeError(`indifference.to must be a number above 1, got ${to}`)
}

export function checkCell(cell: AllocationCell): void {
  checkCounts(cell.successes, cell.trials)
  checkCount('gaps', cell.gaps ?? 0)
  if (askedOf(cell) % BLOCK !== 0) {
    throw new RangeError(`trials + gaps must be whole blocks of ${BLOCK}, got ${askedOf(cell)}`)
  }
  if (!(cell.cost > 0 && cell.cost < Infinity)) throw new RangeError(`cost must be a positive number, got ${cell.cost}`)
}

function checkBlocks(name: string, trials: number): void {
  checkCount(name, trials, BLOCK)
  if (trials % BLOCK !== 0) throw new RangeError(`${name} must be whole blocks of ${BLOCK}, got ${trials}`)
}
