import { describe, expect, it } from 'vitest'
import { compareNumber, compareNumberBand } from './number.ts'

const compared = { what: 'a mean', kind: 'simulated', falseAlarm: 0.05 } as const

describe('compareNumber', () => {
  it('adds both errors: 1.96 of them at 5%, and 2.80 of them are seen with probability 0.8', () => {
    const at = (value: number) =>
      compareNumber({ ...compared, measured: { value, standardError: 3, trials: 100 }, reference: { value: 100, standardError: 4 }, material: 15 })
    // sqrt(9 + 16) = 5; normal quantiles 1.959964 and 0.841621.
    expect(at(109.7).verdict).toBe('pass')
    expect(at(109.9).verdict).toBe('fail')
    expect(at(100).detectable.above).toBeCloseTo(5 * (1.959964 + 0.841621), 4)
  })

  it('is undecided where a material deviation would not have been seen', () => {
    const { verdict } = compareNumber({
      ...compared,
      measured: { value: 100, standardError: 3, trials: 9 },
      reference: { value: 100, standardError: 4 },
      material: 13,
    })
    expect(verdict).toBe('undecided')
  })
})

describe('compareNumberBand', () => {
  it('passes inside, fails surely outside, and is undecided across an end', () => {
    const verdictAt = (value: number) =>
      compareNumberBand({ ...compared, measured: { value, standardError: 1, trials: 9 }, band: { low: 10, high: 20 } }).verdict
    expect([7, 9, 11, 15, 19, 21, 23].map(verdictAt)).toEqual(['fail', 'undecided', 'undecided', 'pass', 'undecided', 'undecided', 'fail'])
  })

  it('lets a bound hold without proof that it is kept', () => {
    const verdictAt = (value: number) =>
      compareNumberBand({ ...compared, measured: { value, standardError: 1, trials: 9 }, band: { low: 10, high: Infinity }, mode: 'bound' }).verdict
    expect([8, 9, 10, 11].map(verdictAt)).toEqual(['fail', 'pass', 'pass', 'pass'])
  })

  it('is undecided about no number at all', () => {
    const { verdict, measured } = compareNumberBand({
      ...compared,
      measured: { value: NaN, standardError: NaN, trials: 0 },
      band: { low: -Infinity, high: 2 },
    })
    expect(verdict).toBe('undecided')
    expect(measured).toMatchObject({ estimate: null, low: null, high: null })
  })
})
