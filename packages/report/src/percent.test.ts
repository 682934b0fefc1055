import { describe, expect, test } from 'vitest'
import { countText, estimateText, intervalText, percent } from './percent.ts'

// Intervals: the Beta(1/2, 1/2) mixture confidence sequence at 95%, by bisection with Python's math.lgamma.
function collapse(successes: number, trials: number, [low, high]: readonly [number, number]) {
  const estimate = trials === 0 ? null : successes / trials
  return { estimate, low, high, level: 0.95, method: 'confidence-sequence' } as const
}

describe('a probability in percent', () => {
  test('has one decimal between 1% and 99%', () => {
    expect([0.926, 0.5, 0.01, 0.99].map((p) => percent(p))).toEqual(['92.6', '50.0', '1.0', '99.0'])
  })

  test('has two significant digits of the distance to the nearer end beyond', () => {
    expect([0.0035, 0.00001, 0.99958].map((p) => percent(p))).toEqual(['0.35', '0.0010', '99.958'])
  })

  test('has no decimals at the ends', () => {
    expect([0, 1].map((p) => percent(p))).toEqual(['0', '100'])
  })
})

describe('an estimate', () => {
  test('stands with its interval to the same decimal', () => {
    const headline = collapse(926, 1000, [0.891962942, 0.952495171])
    expect(`${estimateText(headline)} ${intervalText(headline)}`).toBe('92.6 [89.2, 95.2]')
  })

  test('is the end of its interval where no trial or every trial collapsed', () => {
    expect(estimateText(collapse(0, 1000, [0, 0.006997503]))).toBe('<0.7')
    expect(estimateText(collapse(1000, 1000, [0.993002497, 1]))).toBe('>99.3')
    expect(intervalText(collapse(0, 1000, [0, 0.006997503]))).toBe('')
  })

  test('is rounded away from the end, so that the statement stays true', () => {
    expect(estimateText(collapse(0, 10, [0, 0.376987351]))).toBe('<37.7')
    expect(estimateText(collapse(0, 1200, [0, 0.005910165685]))).toBe('<0.6')
    expect(estimateText(collapse(400, 400, [0.983723561361, 1]))).toBe('>98.3')
  })

  test('is a dash where nothing was counted', () => {
    expect(estimateText(collapse(0, 0, [0, 1]))).toBe('–')
  })
})

test('counts have their thousands separated', () => {
  expect(countText(1_600_000)).toBe('1,600,000')
})
