import type { Counts } from '../counts.ts'
import { BLOCK, criterionOf, firstLook, nextLook } from './allocation-options.ts'
import type { AllocationOptions } from './allocation-options.ts'
import type { CellDecision } from './decide-round.ts'
import { createBlockDraws } from './headline-grid.ts'
import type { SimulatedCell } from './headline-grid.ts'
import { replayRounds } from './replay-rounds.ts'
import { verdictOn } from './verdicts.ts'

/** What one way to spend trials took, on the same outcomes trial for trial. */
export interface Spent {
  readonly trials: number
  readonly cost: number
}

export interface Comparison {
  readonly adaptive: Spent & { readonly rounds: number }
  /** The same number of trials in all cells: the least, in blocks, at which each settled cell has been settled. */
  readonly uniform: Spent
  /** Noisy bisection in depth, at each width and level: the sides of all cells but the probed ones are assumed. */
  readonly bisection: Spent
  readonly settled: number
  readonly exhausted: number
  /** Verdicts `close`, of all cells and levels. */
  readonly close: number
  /** Verdicts on the wrong side of the truth, of all cells and levels. */
  readonly wrong: number
}

/** A simulated map decided adaptively, uniformly and by bisection, over the outcomes that a seed names. */
export function compareAllocations(
  grid: readonly SimulatedCell[],
  seed: number,
  options: AllocationOptions,
): Comparison {
  const record = createRecord(grid, seed)
  const cells = grid.map(({ depth, width, cost }) => ({ x: depth, y: width, cost }))
  const { rounds, cells: counted } = replayRounds(cells, record, options)
  const decisions = rounds.at(-1)?.cells ?? []
  const verdicts = decisions.flatMap((decision) => decision.verdicts)
  return {
    adaptive: { ...spend(grid, counted.map(({ trials }) => trials)), rounds: rounds.length - 1 },
    uniform: spend(grid, grid.map(() => uniformTrials(decisions, record, options))),
    bisection: spend(grid, bisect(grid, record, options)),
    settled: decisions.filter(({ status }) => status === 'settled').length,
    exhausted: decisions.filter(({ status }) => status === 'exhausted').length,
    close: verdicts.filter(({ verdict }) => verdict === 'close').length,
    wrong: wrongVerdicts(grid, decisions, options.levels),
  }
}

type Record = (cell: number, trials: number) => Counts

/** Outcomes that are drawn when they are first asked for, and the same ever after. */
function createRecord(grid: readonly SimulatedCell[], seed: number): Record {
  const draws = grid.map(({ collapse }, cell) => createBlockDraws(collapse, BLOCK, { seed, cell }))
  const successes = grid.map(() => [0])
  return (cell, trials) => {
    const known = successes[cell] ?? []
    while (known.length <= trials / BLOCK) known.push((known.at(-1) ?? 0) + (draws[cell]?.() ?? 0))
    return { successes: known[trials / BLOCK] ?? 0, trials }
  }
}

function spend(grid: readonly SimulatedCell[], trials: readonly number[]): Spent {
  return {
    trials: trials.reduce((sum, count) => sum + count, 0),
    cost: trials.reduce((sum, count, cell) => sum + count * (grid[cell]?.cost ?? 0), 0),
  }
}

/** Looking after every block, and keeping a verdict once it is reached: as early as a uniform sweep could stop. */
function uniformTrials(decisions: readonly CellDecision[], record: Record, options: AllocationOptions): number {
  const criterion = criterionOf(options)
  let most = firstLook(options)
  for (const [cell, { status }] of decisions.entries()) {
    if (status !== 'settled') continue
    const isOpen = (trials: number): boolean =>
      options.levels.some((level) => verdictOn(record(cell, trials), level, criterion).verdict === 'undecided')
    let trials = BLOCK
    while (trials < options.maxTrials && isOpen(trials)) trials += BLOCK
    most = Math.max(most, trials)
  }
  return most
}

/** Trials of each cell when each width and level is bisected in depth, a probe growing until it is decided. */
function bisect(grid: readonly SimulatedCell[], record: Record, options: AllocationOptions): readonly number[] {
  const trials = grid.map(() => 0)
  const places = [...grid.keys()]
  for (const width of new Set(grid.map((cell) => cell.width))) {
    const row = places.filter((cell) => grid[cell]?.width === width)
    for (const level of options.levels) {
      let [below, above] = [-1, row.length]
      while (above - below > 1) {
        const middle = Math.floor((below + above) / 2)
        if (probe(row[middle] ?? 0, level)) below = middle
        else above = middle
      }
    }
  }
  return trials

  /** Whether the cell is below the level; by its rate where it is close, or undecided at the last trial. */
  function probe(cell: number, level: number): boolean {
    for (let asked = firstLook(options); ; asked = nextLook(asked, options)) {
      const counts = record(cell, asked)
      const { verdict } = verdictOn(counts, level, criterionOf(options))
      trials[cell] = Math.max(trials[cell] ?? 0, asked)
      if (verdict === 'below' || verdict === 'above') return verdict === 'below'
      if (verdict === 'close' || asked === options.maxTrials) return counts.successes <= level * counts.trials
    }
  }
}

function wrongVerdicts(
  grid: readonly SimulatedCell[],
  decisions: readonly CellDecision[],
  levels: readonly number[],
): number {
  const wrong = grid.flatMap(({ collapse }, cell) =>
    levels.filter((level, index) => {
      const { verdict } = decisions[cell]?.verdicts[index] ?? { verdict: 'undecided' }
      return (verdict === 'below' && collapse > level) || (verdict === 'above' && collapse < level)
    }),
  )
  return wrong.length
}
