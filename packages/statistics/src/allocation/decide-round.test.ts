import { expect, test } from 'vitest'
import type { AllocationCell } from './allocation-options.ts'
import { decideRound } from './decide-round.ts'

const options = { levels: [0.01, 0.1], maxTrials: 100_000 }
const cell = (successes: number, trials: number, more: Partial<AllocationCell> = {}): AllocationCell => {
  return { x: 2, y: 2, cost: 1, successes, trials, ...more }
}

test('begins with a pilot for every cell, the cheapest first', () => {
  const { state, requests } = decideRound([cell(0, 0, { cost: 9 }), cell(0, 0)], options)
  expect(state).toBe('open')
  expect(requests.map(({ cell, from, to }) => ({ cell, from, to }))).toEqual([
    { cell: 1, from: 0, to: 100 },
    { cell: 0, from: 0, to: 100 },
  ])
})

test('asks nothing more of a cell that its interval places against every level', () => {
  // At 1,000 trials the interval of 500 begins at 0.442, and that of 20 holds 1% but not 10%.
  const { requests, cells } = decideRound([cell(500, 1_000), cell(20, 1_000)], options)
  expect(cells.map(({ status }) => status)).toEqual(['settled', 'open'])
  expect(cells[1]!.verdicts).toEqual([{ verdict: 'undecided', basis: null }, { verdict: 'below', basis: 'interval' }])
  expect(requests.map(({ cell, from, to }) => [cell, from, to])).toEqual([[1, 1_000, 1_500]])
})

test('is done once every cell is settled or has had its trials', () => {
  const { state, requests, cells } = decideRound([cell(500, 1_000), cell(1_000, 100_000)], options)
  expect([state, requests]).toEqual(['done', []])
  const verdicts = [{ verdict: 'undecided', basis: null }, { verdict: 'below', basis: 'interval' }]
  expect(cells[1]).toEqual({ verdicts, status: 'exhausted' })
})

test('skips looks that cannot decide', () => {
  // Without a success 1% is decided at 680 trials, and by any outcome hardly before 600: not at 200, 300 or 400.
  expect(decideRound([cell(0, 100)], options).requests[0]).toMatchObject({ from: 100, to: 600 })
  // In the middle of the levels a look at half as many again decides with probability below 1%.
  expect(decideRound([cell(10, 1_000)], options).requests[0]!.to).toBeGreaterThan(1_500)
})

test('never asks beyond maxTrials', () => {
  expect(decideRound([cell(10, 1_000)], { ...options, maxTrials: 1_200 }).requests[0]).toMatchObject({ to: 1_200 })
  expect(decideRound([cell(0, 0)], { ...options, pilot: 500, maxTrials: 300 }).requests[0]).toMatchObject({ to: 300 })
})

test('puts first what is likelier to be settled for its work', () => {
  // 22 of 1,000 is nearly above 1%, 10 of 1,000 in the middle of it, unless the former is a thousand times the work.
  const near = cell(22, 1_000)
  const order = (cells: readonly AllocationCell[]): number[] =>
    decideRound(cells, options).requests.map((request) => request.cell)
  expect(order([cell(10, 1_000), near])).toEqual([1, 0])
  expect(order([cell(10, 1_000), { ...near, cost: 1_000 }])).toEqual([0, 1])
  expect(order([near, near])).toEqual([0, 1])
})

test('keeps to a budget of each round and of all rounds', () => {
  const cells = [cell(10, 1_000), cell(22, 1_000), cell(22, 1_000)]
  const asked = (more: object): number[] =>
    decideRound(cells, { ...options, ...more }).requests.map((request) => request.cell)
  expect(asked({ roundCost: 1_000 })).toEqual([1, 2])
  expect(asked({ roundCost: 1 })).toEqual([1])
  expect(asked({ maxCost: 3_500 })).toEqual([1])
  expect(decideRound(cells, { ...options, maxCost: 3_499 })).toMatchObject({ state: 'out of budget', requests: [] })
})

test('settles a cell that is close to a level, within a zone of indifference', () => {
  const close = cell(1_000, 10_000)
  expect(decideRound([close], options).cells[0]!.status).toBe('open')
  const { cells } = decideRound([close], { ...options, indifference: { from: 0.8, to: 1.25 } })
  expect(cells[0]).toEqual({
    verdicts: [{ verdict: 'above', basis: 'interval' }, { verdict: 'close', basis: 'interval' }],
    status: 'settled',
  })
})

test('lets neighbours decide only where that is allowed', () => {
  const cells = [cell(0, 100, { x: 3 }), cell(0, 1_000, { x: 4 })]
  expect(decideRound(cells, options).cells[0]!.status).toBe('open')
  const { state, cells: decisions } = decideRound(cells, { ...options, monotony: { x: 'increasing', y: 'decreasing' } })
  expect(state).toBe('done')
  expect(decisions[0]!.verdicts).toEqual([
    { verdict: 'below', basis: 'neighbours' },
    { verdict: 'below', basis: 'interval' },
  ])
})

test('counts lost trials against either verdict, and as asked for', () => {
  expect(decideRound([cell(0, 1_000, { gaps: 100 })], options).cells[0]!.verdicts[0]!.verdict).toBe('undecided')
  expect(decideRound([cell(0, 1_000, { gaps: 100 })], options).requests[0]!.from).toBe(1_100)
})

test.each([
  [{ levels: [] }, 'levels must name at least one probability, got none'],
  [{ levels: [0.1, 1] }, 'a level must lie strictly between 0 and 1, got 1'],
  [{ maxTrials: 250 }, 'maxTrials must be whole blocks of 100, got 250'],
  [{ pilot: 0 }, 'pilot must be an integer of at least 100, got 0'],
  [{ growth: 1 }, 'growth must be a number above 1, got 1'],
  [{ confidence: 1 }, 'confidence must lie strictly between 0 and 1, got 1'],
  [{ indifference: { from: 1.1, to: 1.25 } }, 'indifference.from must lie strictly between 0 and 1, got 1.1'],
  [{ indifference: { from: 0.8, to: 1 } }, 'indifference.to must be a number above 1, got 1'],
  [{ maxCost: 0 }, 'maxCost must be positive, got 0'],
])('refuses %o', (wrong, message) => {
  expect(() => decideRound([], { ...options, ...wrong })).toThrow(new RangeError(message))
})

test('refuses counts that no round asked for, and work that is none', () => {
  expect(() => decideRound([cell(0, 150)], options)).toThrow(
    new RangeError('trials + gaps must be whole blocks of 100, got 150'),
  )
  expect(() => decideRound([cell(0, 0, { cost: 0 })], options)).toThrow(
    new RangeError('cost must be a positive number, got 0'),
  )
})
