import { checkCount, checkCounts, checkOpenUnit } from '../counts.ts'
import type { Counts } from '../counts.ts'
import type { Monotony } from '../surface/axis.ts'
import { decisionProbability, openRanges } from './decision-probability.ts'
import type { OpenRange } from './decision-probability.ts'
import { inferFromNeighbours } from './infer-from-neighbours.ts'
import type { Place } from './infer-from-neighbours.ts'
import { verdictOn } from './verdicts.ts'
import type { Criterion, Indifference, LevelVerdict } from './verdicts.ts'

/** Trials are asked for, trained and stored in blocks of this many. */
const BLOCK = 100
/** A look that decides more rarely than this is skipped: it would cost a round, and next to nothing is lost. */
const WORTH_A_LOOK = 0.01

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

/** Trials [from, to) of a cell, whole blocks. */
export interface TrialRequest {
  readonly cell: number
  readonly from: number
  readonly to: number
  /** Probability that they settle the cell, by its counts so far, per unit of work. */
  readonly priority: number
}

export interface CellDecision {
  /** [level] as given. */
  readonly verdicts: readonly LevelVerdict[]
  /** `settled`: every level is decided or close; `exhausted`: still undecided at maxTrials; else `open`. */
  readonly status: 'open' | 'settled' | 'exhausted'
}

export interface Round {
  /** `open`: there are requests; `done`: no cell is open; `out of budget`: no further request fits into maxCost. */
  readonly state: 'open' | 'done' | 'out of budget'
  /** Most promising first. */
  readonly requests: readonly TrialRequest[]
  /** [cell] as given. */
  readonly cells: readonly CellDecision[]
}

/**
 * The next round of an adaptive sweep: which trials to train so that every cell is placed against every level by its
 * own anytime-valid interval. A pilot for all; then open cells grow geometrically, those first that are most likely to
 * be settled per unit of work.
 *
 * Pure: a function of the counts and options alone. Give it each cell's counts at the trials asked for so far, even if
 * more exist (`replayRounds` does): then trials that exist already make a sweep cheaper and never different. O(cells).
 *
 * @throws RangeError on impossible counts or options, or counts that are not at whole blocks.
 * Source: stopping by confidence sequences as in Jamieson and Nowak (2014), for level sets the straddle rule of Bryan
 * et al. (2005), with the probability of a decision in place of its heuristic.
 */
export function decideRound(cells: readonly AllocationCell[], options: AllocationOptions): Round {
  checkOptions(options)
  cells.forEach(checkCell)
  const criterion = criterionOf(options)
  return roundOf(cells, cells.map((cell) => options.levels.map((level) => verdictOn(cell, level, criterion))), options)
}

export function criterionOf({ confidence = 0.95, indifference = null }: AllocationOptions): Criterion {
  return { indifference, threshold: -Math.log1p(-confidence) }
}

/** `decideRound` where the verdicts of each cell's own interval, [cell][level], are known. */
export function roundOf(
  cells: readonly AllocationCell[],
  own: readonly (readonly LevelVerdict[])[],
  options: AllocationOptions,
): Round {
  const verdicts = options.monotony ? inferAll(cells, own, options.monotony) : own
  const decisions = cells.map((cell, index) => decisionOf(cell, verdicts[index] ?? [], options.maxTrials))
  if (decisions.every(({ status }) => status !== 'open')) return { state: 'done', requests: [], cells: decisions }
  const requests = affordable(cells, requestsFor(cells, decisions, options), options)
  return { state: requests.length > 0 ? 'open' : 'out of budget', requests, cells: decisions }
}

/** How many of a cell's trials earlier rounds asked for. */
function askedOf({ trials, gaps = 0 }: AllocationCell): number {
  return trials + gaps
}

function decisionOf(cell: AllocationCell, verdicts: readonly LevelVerdict[], maxTrials: number): CellDecision {
  if (askedOf(cell) === 0) return { verdicts, status: 'open' }
  if (verdicts.every(({ verdict }) => verdict !== 'undecided')) return { verdicts, status: 'settled' }
  return { verdicts, status: askedOf(cell) >= maxTrials ? 'exhausted' : 'open' }
}

function inferAll(
  cells: readonly AllocationCell[],
  own: readonly (readonly LevelVerdict[])[],
  monotony: Monotony,
): readonly (readonly LevelVerdict[])[] {
  const levels = [...(own[0] ?? []).keys()]
  const byLevel = levels.map((level) => {
    const verdicts = own.flatMap((verdicts) => verdicts.slice(level, level + 1))
    return inferFromNeighbours(verdicts, cells, monotony)
  })
  return cells.map((_, cell) => byLevel.flatMap((verdicts) => verdicts.slice(cell, cell + 1)))
}

/** One request for every open cell, most promising first; ties by their order. */
function requestsFor(
  cells: readonly AllocationCell[],
  decisions: readonly CellDecision[],
  options: AllocationOptions,
): readonly TrialRequest[] {
  const ranges = rememberedRanges(options)
  const requests = cells.flatMap((cell, index) =>
    decisions[index]?.status === 'open' ? [{ cell: index, ...nextLook(cell, options, ranges) }] : [],
  )
  return requests.toSorted((a, b) => b.priority - a.priority || a.cell - b.cell)
}

type Ranges = (trials: number, gaps: number) => readonly OpenRange[]

/** Cells look at the same few numbers of trials. */
function rememberedRanges(options: AllocationOptions): Ranges {
  const remembered = new Map<string, readonly OpenRange[]>()
  return (trials, gaps) => {
    const key = `${trials} ${gaps}`
    const ranges = remembered.get(key) ?? openRanges({ trials, gaps }, options.levels, criterionOf(options))
    remembered.set(key, ranges)
    return ranges
  }
}

function nextLook(cell: AllocationCell, options: AllocationOptions, ranges: Ranges): Omit<TrialRequest, 'cell'> {
  const { maxTrials, pilot = BLOCK, growth = 1.5 } = options
  const from = askedOf(cell)
  const gaps = cell.gaps ?? 0
  for (let to = from === 0 ? Math.min(pilot, maxTrials) : from; ; ) {
    if (from > 0) to = Math.min(maxTrials, Math.max(to + BLOCK, Math.floor((to * growth) / BLOCK) * BLOCK))
    const probability = decisionProbability(cell, to - from, ranges(to - gaps, gaps))
    if (from === 0 || to === maxTrials || probability >= WORTH_A_LOOK) {
      return { from, to, priority: probability / ((to - from) * cell.cost) }
    }
  }
}

/** The first requests, in order, that fit into what is left of the budgets; one that does not fit is passed over. */
function affordable(
  cells: readonly AllocationCell[],
  requests: readonly TrialRequest[],
  { roundCost = Infinity, maxCost = Infinity }: AllocationOptions,
): readonly TrialRequest[] {
  let left = maxCost - cells.reduce((sum, cell) => sum + askedOf(cell) * cell.cost, 0)
  let inRound = 0
  return requests.filter(({ cell, from, to }) => {
    const cost = (to - from) * (cells[cell]?.cost ?? 0)
    if (cost > left || (inRound > 0 && inRound + cost > roundCost)) return false
    left -= cost
    inRound += cost
    return true
  })
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
