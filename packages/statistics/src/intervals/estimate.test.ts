import { expect, test } from 'vitest'
import { confidenceSequence } from './confidence-sequence.ts'
import { estimate } from './estimate.ts'

test('is the share with its 95% confidence sequence by default', () => {
  expect(estimate(3, 10)).toEqual({
    estimate: 0.3,
    ...confidenceSequence(3, 10),
    level: 0.95,
    method: 'confidence-sequence',
  })
})

test('has no point without trials, even where all of them were lost', () => {
  expect(estimate(0, 0)).toMatchObject({ estimate: null, low: 0, high: 1 })
  expect(estimate(0, 0, 100)).toMatchObject({ estimate: null, low: 0, high: 1 })
})

test('takes the share over known outcomes, and the ends over the two worst cases', () => {
  const result = estimate(9, 90, 10, { method: 'clopper-pearson', level: 0.99 })
  // scipy 1.17.1: beta(9, 92).ppf(0.005), beta(20, 81).ppf(0.995).
  expect(result.estimate).toBe(0.1)
  expect(result.low).toBeCloseTo(0.0321176169680493, 12)
  expect(result.high).toBeCloseTo(0.309837887746701, 12)
})
