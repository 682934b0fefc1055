import { expect, test } from 'vitest'
import { safeUpperBound } from './one-sided-bound.ts'
import { safeEvidence } from './one-sided.ts'
import { safeWidth } from './safe-width.ts'

const ONE_PERCENT = { below: 0.01 }

// At level 5%, "< 1%" needs 377 trials without collapse, 663 with one, 883 with two (mpmath 1.3, see one-sided.test.ts).
const SAFE = { successes: 0, trials: 377 }
const NEARLY = { successes: 0, trials: 376 }

test('goes from wide to narrow and stops at the first width that is not safe', () => {
  const cells = [
    { width: 4, successes: 0, trials: 5_000 },
    { width: 6, ...NEARLY },
    { width: 10, ...SAFE },
    { width: 8, successes: 1, trials: 663 },
  ]
  const { width, steps, firstNotSafe, missing } = safeWidth(cells, ONE_PERCENT)
  expect(width).toBe(8)
  expect(steps.map((step) => [step.width, step.verdict])).toEqual([[10, 'safe'], [8, 'safe'], [6, 'undecided']])
  expect(firstNotSafe?.width).toBe(6)
  // The bound says the same as the verdict.
  for (const step of steps) expect(step.upperBound < 0.01).toBe(step.verdict === 'safe')
  // Its one missing trial: 377 in all.
  expect(missing).toEqual({ toward: 'safe', trials: 1 })
})

test('finds every width safe where they are', () => {
  const answer = safeWidth([3, 5, 9].map((width) => ({ width, ...SAFE })), ONE_PERCENT)
  expect(answer).toMatchObject({ width: 3, firstNotSafe: null, missing: null, below: 0.01, confidence: 0.95 })
})

test('finds none where the widest is not', () => {
  const cells = [{ width: 2, ...SAFE }, { width: 3, successes: 30, trials: 1_000 }]
  const answer = safeWidth(cells, ONE_PERCENT)
  // ln E against 1% at 30 of 1000 is 9.5 (mpmath 1.3), above ln 20.
  expect(answer).toMatchObject({ width: null, firstNotSafe: { width: 3, verdict: 'unsafe' }, missing: null })
  expect(answer.steps).toHaveLength(1)
})

test('never calls safe what its lost trials could undo', () => {
  const lost = { width: 5, successes: 0, trials: 662, gaps: 1 }
  expect(safeWidth([lost], ONE_PERCENT)).toMatchObject({ width: 5 })
  expect(safeWidth([{ ...lost, trials: 661 }], ONE_PERCENT)).toMatchObject({
    width: null,
    missing: { toward: 'safe', trials: 1 },
  })
})

test('says how many trials are missing at the present rate, either way', () => {
  // At 1 in 300 of 300: found by the definition, one trial after the other.
  const { missing } = safeWidth([{ width: 5, successes: 1, trials: 300 }], ONE_PERCENT)
  const evidence = (factor: number): number => safeEvidence({ successes: factor, trials: 300 * factor }, 0.01)
  const factor = (300 + missing!.trials) / 300
  expect(missing!.toward).toBe('safe')
  expect(evidence(Math.floor(factor))).toBeLessThan(Math.log(20))
  expect(evidence(Math.ceil(factor))).toBeGreaterThanOrEqual(Math.log(20))
  const above = safeWidth([{ width: 5, successes: 4, trials: 200 }], ONE_PERCENT)
  expect(above.missing!.toward).toBe('unsafe')
})

test('has no number of missing trials without trials, or at the level itself', () => {
  expect(safeWidth([{ width: 5, successes: 0, trials: 0 }], ONE_PERCENT).missing).toBeNull()
  expect(safeWidth([{ width: 5, successes: 10, trials: 1_000 }], ONE_PERCENT).missing).toBeNull()
})

test('asks more evidence of a higher confidence', () => {
  expect(safeWidth([{ width: 5, ...SAFE }], { below: 0.01, confidence: 0.99 }).width).toBeNull()
})

test('bounds the probability by the least threshold that would pass', () => {
  for (const counts of [SAFE, NEARLY, { successes: 3, trials: 50 }, { successes: 0, trials: 20, gaps: 4 }]) {
    const bound = safeUpperBound(counts)
    expect(safeEvidence(counts, bound)).toBeCloseTo(Math.log(20), 12)
    // Every threshold above passes and none below does: one crossing only.
    for (let step = 1; step < 100; step += 1) {
      const threshold = step / 100
      expect(safeEvidence(counts, threshold) >= Math.log(20)).toBe(threshold >= bound)
    }
  }
  expect(safeUpperBound(SAFE)).toBeLessThan(0.01)
  expect(safeUpperBound(NEARLY)).toBeGreaterThan(0.01)
})

test('bounds by 1 where nothing is known, or everything collapsed', () => {
  expect(safeUpperBound({ successes: 0, trials: 0 })).toBe(1)
  expect(safeUpperBound({ successes: 40, trials: 40 })).toBe(1)
  expect(safeUpperBound({ successes: 0, trials: 1 })).toBeGreaterThan(0.9)
})

test.each([
  [[], ONE_PERCENT, 'cells must be given for at least one width, got none'],
  [[{ width: 2, ...SAFE }, { width: 2, ...SAFE }], ONE_PERCENT, 'width must be given once for each cell, got 2 twice'],
  [[{ width: 0, ...SAFE }], ONE_PERCENT, 'width must be an integer of at least 1, got 0'],
  [[{ width: 2, ...SAFE }], { below: 1 }, 'below must lie strictly between 0 and 1, got 1'],
  [[{ width: 2, ...SAFE }], { below: 0.1, confidence: 95 }, 'confidence must lie strictly between 0 and 1, got 95'],
])('refuses %j, %j', (cells, question, message) => {
  expect(() => safeWidth(cells, question)).toThrow(new RangeError(message))
})
