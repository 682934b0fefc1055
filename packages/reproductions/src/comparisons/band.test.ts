import { binomialTails } from '@collapsar/statistics'
import { describe, expect, it } from 'vitest'
import { compareBand } from './band.ts'

const compared = { what: 'a share', kind: 'published', falseAlarm: 0.001 } as const

describe('compareBand', () => {
  // No event in n trials has probability 0.99^n at 1%: 0.02501 for n = 367, 0.02476 for n = 368.
  it('says "below 1%" from 0 of 368 on, and not before', () => {
    const verdictOf = (trials: number) => compareBand({ ...compared, counts: { successes: 0, trials }, band: { low: 0, high: 0.01 } }).verdict
    expect(verdictOf(368)).toBe('pass')
    expect(verdictOf(367)).toBe('undecided')
  })

  it('fails on either side of a range, and passes well inside it', () => {
    const verdictAt = (successes: number) =>
      compareBand({ ...compared, counts: { successes, trials: 1000 }, band: { low: 0.4, high: 0.6 } }).verdict
    expect([300, 410, 500, 590, 700].map(verdictAt)).toEqual(['fail', 'undecided', 'pass', 'undecided', 'fail'])
  })

  it('lets a tight bound hold without proof that it is kept', () => {
    const counts = { successes: 400, trials: 1000 }
    expect(compareBand({ ...compared, counts, band: { low: 0.4, high: 1 }, mode: 'bound' }).verdict).toBe('pass')
    expect(compareBand({ ...compared, counts, band: { low: 0.5, high: 1 }, mode: 'bound' }).verdict).toBe('fail')
  })

  it('names the excess that makes it fail with probability 0.8', () => {
    const { detectable } = compareBand({ ...compared, counts: { successes: 0, trials: 200 }, band: { low: 0.2, high: 0.5 } })
    // 123 is the least count that the exact test at 0.001 rejects above 0.5.
    expect(binomialTails(123, 200, 0.5).upper).toBeLessThan(0.001)
    expect(binomialTails(122, 200, 0.5).upper).toBeGreaterThan(0.001)
    expect(binomialTails(123, 200, 0.5 + detectable.above!).upper).toBeCloseTo(0.8, 9)
    const lowest = Array.from({ length: 201 }, (_, k) => k).findLast((k) => binomialTails(k, 200, 0.2).lower < 0.001)!
    expect(binomialTails(lowest, 200, 0.2 - detectable.below!).lower).toBeCloseTo(0.8, 9)
  })
})
