import { describe, expect, it } from 'vitest'
import { erf } from './erf.ts'

describe('erf', () => {
  it.each([
    // Python 3.11, math.erf
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [5, 0.9999999999984626],
    [-0.7, -0.6778011938374184],
    [7, 1],
    [-7, -1],
    [0, 0],
  ])('erf(%d) is %d to a few units in the last place', (x, expected) => {
    expect(Math.abs(erf(x) - expected)).toBeLessThanOrEqual(4 * Number.EPSILON * Math.abs(expected))
  })

  it('passes NaN on', () => {
    expect(erf(Number.NaN)).toBeNaN()
  })
})
