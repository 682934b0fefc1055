import { allocateColumns, OUTCOMES, targetStatistics, testPoints, trainingPoints } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { bestOfCell } from './best-of.ts'
import type { CellCounts } from './surface.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'

const { cell, spec } = parseSweep({ grid: { depth: 4, width: 2 }, inits: 1, problem: { points: 16 } }).cells[0]!
const VARIANCE = targetStatistics(trainingPoints(spec.problem, spec.seed)).variance

/** Trials with these losses, of which the first so many converged and the last collapsed. */
function cellWith(losses: readonly number[], converged: number, collapsed: number): Parameters<typeof bestOfCell> {
  const columns = allocateColumns(losses.length)
  columns.loss.set(losses)
  columns.outcome.fill(OUTCOMES.indexOf('stalled')).fill(OUTCOMES.indexOf('converged'), 0, converged)
  const outcomes = { ...EMPTY_TALLY.outcomes, died_in_training: collapsed, converged }
  const counts: CellCounts = {
    cell, spec, inits: losses.length, gaps: 0, digest: null, engines: [],
    tally: { ...EMPTY_TALLY, trials: losses.length, outcomes },
  }
  return [counts, { trials: Float64Array.from(losses, (_, i) => i), columns }]
}

it('gives the mean of the least loss over all choices of K trials', () => {
  const [counts, trials] = cellWith([0.01, 0.02, 0.03, 0.04, 0.05, 0.06], 2, 0)
  const { points, mostStarts } = bestOfCell(counts, trials, { starts: [1, 2] })
  expect(mostStarts).toBe(2)
  expect(points[0]!.expected).toBeCloseTo(0.035, 7)
  // All 15 pairs by hand: 5 of least 0.01, 4 of 0.02, 3 of 0.03, 2 of 0.04, 1 of 0.05.
  expect(points[1]!.expected).toBeCloseTo((5 * 0.01 + 4 * 0.02 + 3 * 0.03 + 2 * 0.04 + 0.05) / 15, 7)
})

it('counts losses above that of the best constant, and diverged trials, as that much', () => {
  const [counts, trials] = cellWith([NaN, 1e9, 0, 0, 0, 0], 4, 0)
  const { points, clipped, clippedAt } = bestOfCell(counts, trials, { starts: [1] })
  expect(clippedAt).toBeCloseTo(VARIANCE, 12)
  expect([clipped, points[0]!.expected]).toEqual([2, expect.closeTo(VARIANCE / 3, 12)])
})

it('says how many trainings it takes until one is good', () => {
  const losses = Array.from({ length: 100 }, () => 0.1)
  const [counts, trials] = cellWith(losses, 50, 10)
  const { untilAlive, untilConverged, converged } = bestOfCell(counts, trials, { starts: [1, 2] })
  // ln 0.05 / ln 0.1 = 1.3 and ln 0.05 / ln 0.5 = 4.32.
  expect([untilAlive[0]!.estimate, untilConverged[0]!.estimate]).toEqual([2, 5])
  // Without replacement: 1 - (50 * 49) / (100 * 99).
  expect(converged[1]!.estimate).toBeCloseTo(1 - (50 * 49) / (100 * 99), 12)
})

it('refuses more than a third of the trials, naming both', () => {
  const [counts, trials] = cellWith([1, 2, 3, 4, 5, 6], 0, 0)
  expect(() => bestOfCell(counts, trials, { starts: [3] })).toThrow('got 3 for 6 trials (at most 2)')
  expect(() => bestOfCell(...cellWith([1, 2], 0, 0))).toThrow(RangeError)
})

describe('by test error', () => {
  const tested = parseSweep({ grid: { depth: 4, width: 2 }, inits: 1, problem: { points: 16, testPoints: 50 } }).cells[0]!
  const errors = [0.05, 0.01, 0.04, 0.02, 0.03, 9]

  it('keeps the training of the least loss and judges it by its error', () => {
    const [counts, trials] = cellWith([0.01, 0.02, 0.03, 0.04, 0.05, 0.06], 0, 0)
    const { clipped, clippedAt, points, scoredBy } = bestOfCell({ ...counts, spec: tested.spec }, trials, { starts: [1, 2], errors })
    expect(clippedAt).toBeCloseTo(targetStatistics(testPoints(tested.spec.problem, 0)!).variance, 12)
    expect([scoredBy, clipped]).toEqual(['testError', 1])
    expect(points[0]!.expected).toBeCloseTo((0.15 + clippedAt) / 6, 7)
    // Of the 15 pairs the first has the lesser loss: 5 begin with trial 0, 4 with trial 1, 3 with trial 2, 2 with trial 3, 1 with trial 4.
    expect(points[1]!.expected).toBeCloseTo((5 * 0.05 + 4 * 0.01 + 3 * 0.04 + 2 * 0.02 + 0.03) / 15, 7)
  })

  it('needs test points', () => {
    const [counts, trials] = cellWith([1, 2, 3, 4, 5, 6], 0, 0)
    expect(() => bestOfCell(counts, trials, { starts: [1], errors })).toThrow('invalid errors: the problem has no test points')
    expect(bestOfCell(counts, trials, { starts: [1] }).scoredBy).toBe('loss')
  })
})
