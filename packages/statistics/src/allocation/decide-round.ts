import type { Monotony } from '../surface/axis.ts'
import { askedOf, checkCell, checkOptions, criterionOf, firstLook, nextLook } from './allocation-options.ts'
import type { AllocationCell, AllocationOptions } from './allocation-options.ts'
import { decisionProbability, openRanges } from './decision-probability.ts'
import type { OpenRange } from './decision-probability.ts'
import { inferFromNeighbours } from './infer-from-neighbours.ts'
import { verdictOn } from './verdicts.ts'
import type { LevelVerdict } from './verdicts.ts'

/** A look that decides more rarely than this is skipped: it would cost a round, and next to nothing is lost. */
const WORTH_A_LOOK = 0.01

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
    decisions[index]?.status === 'open' ? [{ cell: index, ...requestFor(cell, options, ranges) }] : [],
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

function requestFor(cell: AllocationCell, options: AllocationOptions, ranges: Ranges): Omit<TrialRequest, 'cell'> {
  const from = askedOf(cell)
  const gaps = cell.gaps ?? 0
  const chanceAt = (to: number): number => decisionProbability(cell, to - from, ranges(to - gaps, gaps))
  let to = from === 0 ? firstLook(options) : nextLook(from, options)
  let chance = chanceAt(to)
  while (from > 0 && to < options.maxTrials && chance < WORTH_A_LOOK) {
    to = nextLook(to, options)
    chance = chanceAt(to)
  }
  return { from, to, priority: chance / ((to - from) * cell.cost) }
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
