import { describe, expect, it } from 'vitest'
import { compareBoundary } from './boundary.ts'

const compared = { what: 'safe depth', level: 0.1, kind: 'simulated', tolerance: 1, falseAlarm: 0.01 } as const

/** Shares of 10,000 trials at depths 2, 3, ...: 2 and 20 percent are far from the level of 10. */
const rowOf = (percents: readonly number[]) =>
  percents.map((percent, index) => ({ depth: index + 2, counts: { successes: percent * 100, trials: 10_000 } }))

describe('compareBoundary', () => {
  it('finds the last depth at or below the level', () => {
    const { measured, verdict } = compareBoundary({ ...compared, row: rowOf([1, 2, 5, 20, 40]), reference: 4 })
    expect(measured).toMatchObject({ estimate: 4, low: 4, high: 4, trials: 50_000 })
    expect(verdict).toBe('pass')
  })

  it('fails when the boundary is elsewhere by more than the tolerance', () => {
    const verdictAt = (reference: number) => compareBoundary({ ...compared, row: rowOf([1, 2, 5, 20, 40]), reference }).verdict
    expect([2, 3, 4, 5, 6].map(verdictAt)).toEqual(['fail', 'pass', 'pass', 'pass', 'fail'])
  })

  it('is undecided where several depths are possible', () => {
    const { measured, verdict } = compareBoundary({ ...compared, row: rowOf([1, 9.9, 10, 10.1, 40]), reference: 3 })
    expect(measured).toMatchObject({ low: 2, high: 5 })
    expect(verdict).toBe('undecided')
  })
})
