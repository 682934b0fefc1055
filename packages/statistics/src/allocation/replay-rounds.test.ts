import { expect, test } from 'vitest'
import type { Counts } from '../counts.ts'
import type { AllocationCell, AllocationOptions } from './allocation-options.ts'
import { compareAllocations } from './compare-allocations.ts'
import type { Comparison } from './compare-allocations.ts'
import { decideRound } from './decide-round.ts'
import { createBlockDraws, headlineGrid } from './headline-grid.ts'
import { replayRounds } from './replay-rounds.ts'

const options = { levels: [0.01, 0.1], maxTrials: 20_000 }
const GRID = headlineGrid()
const cells = GRID.map(({ depth, width, cost }) => ({ x: depth, y: width, cost }))

type Record = (cell: number, trials: number) => Counts | null

/** Outcomes of every cell up to `recorded` trials. */
function recordOf(recorded: (cell: number) => number): Record {
  return (cell, trials) => {
    if (trials > recorded(cell)) return null
    const next = createBlockDraws(GRID[cell]!.collapse, 100, { seed: 1, cell })
    let successes = 0
    for (let block = 0; block < trials / 100; block += 1) successes += next()
    return { successes, trials }
  }
}

const everything = replayRounds(cells, recordOf(() => Infinity), options)

test('ends when every cell is settled or exhausted', () => {
  const last = everything.rounds.at(-1)!
  expect(last.state).toBe('done')
  expect(last.cells.every(({ status }) => status !== 'open')).toBe(true)
  expect(everything.rounds.slice(0, -1).every(({ state }) => state === 'open')).toBe(true)
})

test('is decideRound, time after time, on the counts at what was asked for', () => {
  const record = recordOf(() => Infinity)
  let current: AllocationCell[] = cells.map((cell) => ({ ...cell, successes: 0, trials: 0 }))
  for (const round of everything.rounds) {
    expect(decideRound(current, options)).toEqual(round)
    const asked = new Map(round.requests.map(({ cell, to }) => [cell, to]))
    current = current.map((cell, index) => ({ ...cell, ...record(index, asked.get(index) ?? cell.trials) }))
  }
})

test('earlier trials make a sweep cheaper, never different', () => {
  // Whatever exists of each cell, from nothing to more than is ever asked for, the rounds are the same prefix.
  const partly = replayRounds(cells, recordOf((cell) => (cell % 3 === 0 ? 20_000 : 100 * (cell % 7))), options)
  expect(partly.rounds.length).toBeLessThan(everything.rounds.length)
  expect(partly.rounds).toEqual(everything.rounds.slice(0, partly.rounds.length))
})

test('waits with a pilot for all while nothing exists', () => {
  const { rounds } = replayRounds(cells, () => null, options)
  expect(rounds).toHaveLength(1)
  expect(rounds[0]!.requests).toHaveLength(152)
})

test('refuses counts of other trials than it asked for', () => {
  expect(() => replayRounds(cells, () => ({ successes: 0, trials: 50 }), options)).toThrow(
    new RangeError('expected the outcomes of 100 trials, got 50'),
  )
})

function compare(runs: number, firstSeed: number, options: AllocationOptions): Comparison[] {
  return Array.from({ length: runs }, (_, run) => compareAllocations(GRID, firstSeed + run, options))
}

test('decides the 1% and 10% level sets with at least five times fewer trials than a uniform sweep', () => {
  // Seven seeds; the median over fifty is in the benchmark. The uniform sweep stops at the least number of trials at
  // which each cell that the adaptive one settled has been settled by the same interval.
  const runs = compare(7, 1, { levels: [0.01, 0.1], maxTrials: 100_000 })
  const ratios = runs.map(({ adaptive, uniform }) => uniform.trials / adaptive.trials).toSorted((a, b) => a - b)
  expect(ratios[3]).toBeGreaterThanOrEqual(5)
  // Cells that stay undecided count with all their 100,000 trials on the adaptive side.
  for (const { exhausted, settled } of runs) {
    expect(settled + exhausted).toBe(152)
    expect(exhausted).toBeLessThanOrEqual(6)
  }
})

test('is wrong about a cell no more often than its confidence allows', () => {
  // 152 cells of 20 maps, each wrong with probability at most 5%; in fact far less, since most are far from a level.
  const runs = compare(20, 100, { levels: [0.1], maxTrials: 5_000 })
  expect(runs.reduce((sum, { wrong }) => sum + wrong, 0)).toBeLessThan(0.05 * 20 * 152)
})
