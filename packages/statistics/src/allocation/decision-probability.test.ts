import { expect, test } from 'vitest'
import { decisionProbability, openRanges } from './decision-probability.ts'
import { verdictOn } from './verdicts.ts'

const threshold = -Math.log1p(-0.95)
const LEVELS = [0.01, 0.1]

const ZONES = [null, { from: 0.8, to: 1.25 }, { from: 0.3, to: 20 }]

test.each(ZONES)('finds the counts that leave a cell open, zone %o', (indifference) => {
  const criterion = { indifference, threshold }
  for (const [trials, gaps] of [[100, 0], [1_000, 0], [1_900, 100], [20_000, 0]] as const) {
    const isOpen = (successes: number): boolean =>
      LEVELS.some((level) => verdictOn({ successes, trials, gaps }, level, criterion).verdict === 'undecided')
    const open = Array.from({ length: trials + 1 }, (_, successes) => successes).filter(isOpen)
    const ranges = openRanges({ trials, gaps }, LEVELS, criterion)
    const listed = ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, k) => first + k))
    expect(listed).toEqual(open)
  }
})

// 1 - sum of scipy 1.17's betabinom(m, k + 1/2, n - k + 1/2).pmf over the range.
test.each([
  [0, 100, 100, 0, 3, 0.0213609580473],
  [3, 100, 50, 2, 9, 0.010709421644],
  [100, 1000, 500, 140, 160, 0.200307147284],
  [9, 1000, 99000, 600, 1400, 0.192930350539],
  [95, 100, 200, 150, 300, 0],
  [5, 100, 99900, 8000, 12000, 0.878754164768],
])('%d of %d, %d more: the chance to leave [%d, %d]', (successes, trials, more, first, last, expected) => {
  expect(decisionProbability({ successes, trials }, more, [{ first, last }])).toBeCloseTo(expected, 9)
})

test('knows nothing at first: every count of ten trials under the arcsine law, by hand at the ends', () => {
  // P(0 of 1) = P(1 of 1) = 1/2; P(0 of 2) = B(1/2, 5/2) / B(1/2, 1/2) = 3/8.
  expect(decisionProbability({ successes: 0, trials: 0 }, 1, [{ first: 1, last: 1 }])).toBeCloseTo(1 / 2, 14)
  expect(decisionProbability({ successes: 0, trials: 0 }, 2, [{ first: 1, last: 2 }])).toBeCloseTo(3 / 8, 14)
})

test('is certain where no count is open or every count is', () => {
  expect(decisionProbability({ successes: 3, trials: 100 }, 100, [])).toBe(1)
  expect(decisionProbability({ successes: 3, trials: 100 }, 100, [{ first: 0, last: 200 }])).toBeCloseTo(0, 11)
})
