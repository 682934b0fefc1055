import { agrees } from '@collapsar/statistics'
import { describe, expect, it } from 'vitest'
import { binomialCount, uniforms } from '../samples/evidence.ts'
import { compareShare, detectableShare } from './share.ts'

const compared = { what: 'a share', kind: 'simulated', falseAlarm: 0.01, material: 1 } as const

/** The probability that the test fails at a truth, by summing the binomial law over every count that it rejects. */
function rejectionProbability(trials: number, truth: number, reference: { probability: number; trials: number }): number {
  let [term, sum] = [(1 - truth) ** trials, 0]
  for (let k = 0; k <= trials; k += 1) {
    if (!agrees({ successes: k, trials }, reference, compared.falseAlarm).agrees) sum += term
    term *= (((trials - k) / (k + 1)) * truth) / (1 - truth)
  }
  return sum
}

describe('compareShare', () => {
  it.each([
    { trials: 50, reference: { probability: 0.3, trials: 200 } },
    { trials: 120, reference: { probability: 0.6, trials: 80 } },
  ])('names the deviations that are seen with probability 0.8: $trials trials', ({ trials, reference }) => {
    const { below, above } = detectableShare(trials, reference, compared.falseAlarm)
    for (const truth of [reference.probability - below!, reference.probability + above!]) {
      // The far tail adds less than the last digit; the near one is what was searched for.
      expect(rejectionProbability(trials, truth, reference)).toBeCloseTo(0.8, 6)
    }
  })

  it('has no deviation to see where the reference leaves no room or the trials are too few', () => {
    expect(detectableShare(1000, { probability: 0, trials: 1000 }, 0.01).below).toBeNull()
    expect(detectableShare(1000, { probability: 1, trials: 1000 }, 0.01).above).toBeNull()
    // 2 of 2 has probability 1/4 under 1/2: never rejected at 1%.
    expect(detectableShare(2, { probability: 0.5, standardError: 0 }, 0.01)).toEqual({ below: null, above: null })
  })

  it('fails on a share that is off, passes on one that is not, and is undecided where it could not have told', () => {
    const reference = { probability: 0.3, standardError: 0 }
    const verdictAt = (successes: number, trials: number, material: number) =>
      compareShare({ ...compared, counts: { successes, trials }, reference, material }).verdict
    expect(verdictAt(300, 1000, 0.1)).toBe('pass')
    expect(verdictAt(400, 1000, 0.1)).toBe('fail')
    expect(verdictAt(300, 1000, 0.01)).toBe('undecided')
    expect(verdictAt(3, 10, 0.1)).toBe('undecided')
  })

  it('counts lost trials both ways', () => {
    const reference = { probability: 0.3, standardError: 0 }
    const verdictWith = (successes: number, gaps: number) =>
      compareShare({ ...compared, counts: { successes, trials: 1000 - gaps, gaps }, reference }).verdict
    expect(verdictWith(290, 20)).toBe('pass')
    expect(verdictWith(200, 100)).toBe('undecided')
    expect(verdictWith(500, 100)).toBe('fail')
  })

  // 400 binomial draws under the reference itself, at the level 0.05 of an exact test: at most 20 alarms are expected. 40 or
  // more come with probability 2e-5 (binomial tail), and the seed is fixed.
  it('raises no more false alarms than stated', () => {
    const next = uniforms(1)
    let alarms = 0
    for (let round = 0; round < 400; round += 1) {
      const counts = { successes: binomialCount(500, 0.2, next()), trials: 500 }
      const { verdict } = compareShare({ ...compared, counts, reference: { probability: 0.2, standardError: 0 }, falseAlarm: 0.05 })
      if (verdict === 'fail') alarms += 1
    }
    expect(alarms).toBeLessThan(40)
  })
})
