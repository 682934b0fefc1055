import { describe, expect, it } from 'vitest'
import type { TrainingPoints } from '../batch.ts'
import { fillUniforms } from '../random/uniform.ts'
import { degreesToExtremal, extremalDirections } from './extremal-directions.ts'

function pointsOf(x: readonly number[], y: readonly number[]): TrainingPoints {
  return { count: x.length, inputDim: 1, outputDim: 1, inputs: Float64Array.from(x), targets: Float64Array.from(y) }
}

const inDegrees = (angles: readonly number[]): number[] => angles.map((angle) => Math.round((angle * 180e6) / Math.PI) / 1e6)

function found(x: readonly number[], y: readonly number[]) {
  const { negative, positive } = extremalDirections(pointsOf(x, y))
  return { positive: inDegrees(positive), negative: inDegrees(negative) }
}

describe('extremalDirections', () => {
  it('is the point itself for one point: units of its sign turn to (x, 1), those of the other to where they die', () => {
    expect(found([1], [2])).toEqual({ positive: [45], negative: [] })
    expect(found([0], [-1])).toEqual({ positive: [], negative: [90] })
  })

  it('is the bias for |x| on (-1, 1): (1, 1) and (-1, 1) add to (0, 2)', () => {
    expect(found([-1, 1], [1, 1])).toEqual({ positive: [90], negative: [] })
  })

  it('is on a boundary where the flows of both sides lead to it', () => {
    // y = 1 at -1 and -3 at 1. Both active: D = (-4, -2); one: (-1, 1) at 135 degrees and (-3, -3), opposite to 45 degrees
    expect(found([-1, 1], [1, -3])).toEqual({ positive: [135], negative: [45] })
  })

  it('has a kink attractor that no D points to', () => {
    /*
     * y = 2, -3, 2 at x = -1, 0, 1; boundaries at 45 (of -1), 0 (of 0), 135 degrees (of 1) and their opposites. a > 0: with 1 alone
     * active, from -45 to 0, D = (2, 2) leads up; with 0 and 1, from 0 to 45, D = (2, -1) leads down: they meet at 0, and by symmetry at 180.
     * All active, from 45 to 135: D = (0, 1), inside. a < 0: -(2, -1) leads up to 45, -(0, 1) down to it: they meet there, and at 135.
     */
    expect(found([-1, 0, 1], [2, -3, 2])).toEqual({ positive: [0, 90, 180], negative: [45, 135] })
  })

  it('is none where the active points cancel but for rounding: symmetric points have symmetric directions', () => {
    // |x| without its mean at 40 midpoints: over all points D is 0, of which rounding leaves some 1e-16
    const x = Array.from({ length: 40 }, (_, i) => Math.sqrt(3) * ((2 * i + 1) / 40 - 1))
    const mean = x.reduce((sum, value) => sum + Math.abs(value), 0) / 40
    const { negative, positive } = found(x, x.map((value) => Math.abs(value) - mean))
    expect(negative).toEqual([])
    expect(positive).toHaveLength(2)
    const [first = 0, second = 0] = positive
    expect(Math.cos(((180 - first - second) * Math.PI) / 180)).toBeCloseTo(1, 9)
  })

  it('is where the projected flow of G ends, from everywhere, on random data', () => {
    let kinds = 0
    for (let trial = 0; trial < 20; trial += 1) {
      const n = 2 + (trial % 5)
      const draws = new Float64Array(2 * n)
      fillUniforms(draws, 2 * n, { key: [19, 23], trial, tensor: 0 })
      const x = Array.from(draws.subarray(0, n), (u) => 2 * u - 1)
      const y = Array.from(draws.subarray(n), (u) => 2 * u - 1)
      const extremal = extremalDirections(pointsOf(x, y))
      for (const sign of [1, -1] as const) {
        const reached = new Set<number>()
        const predicted = sign > 0 ? extremal.positive : extremal.negative
        for (let start = 0; start < 360; start += 2.5) {
          const end = followed(x, y, sign, ((start - 180 + 0.1) * Math.PI) / 180)
          if (end === null) continue
          const direction = [Math.cos(end), Math.sin(end)]
          // steps are of 0.1 degrees and less
          expect(degreesToExtremal(direction, sign, extremal)).toBeLessThan(0.2)
          reached.add(predicted.findIndex((angle) => Math.cos(angle - end) > Math.cos(0.01)))
        }
        expect(reached.size).toBe(predicted.length)
        kinds += predicted.length
      }
    }
    expect(kinds).toBeGreaterThan(40)
  })

  it('measures the way to the nearest of the sign, and has none where there is none', () => {
    const extremal = extremalDirections(pointsOf([1], [2]))
    expect(degreesToExtremal([1, 0], 0.5, extremal)).toBeCloseTo(45, 12)
    expect(degreesToExtremal([-1, -1], 2, extremal)).toBeCloseTo(180, 12)
    expect(degreesToExtremal([1, 0], -0.5, extremal)).toBeNaN()
  })

  it('refuses several inputs', () => {
    const points = { ...pointsOf([1, 2], [1]), count: 1, inputDim: 2 }
    expect(() => extremalDirections(points)).toThrow('invalid points: 2 inputs, 1 outputs')
  })
})

/** Euler steps of the direction, at most 0.1 degrees each; null where no point is active any more. */
function followed(x: readonly number[], y: readonly number[], sign: 1 | -1, start: number): number | null {
  let angle = start
  for (let step = 0; step < 3_000; step += 1) {
    const w = Math.cos(angle)
    const b = Math.sin(angle)
    let active = 0
    let along = 0
    for (let i = 0; i < x.length; i += 1) {
      if (w * x[i]! + b <= 0) continue
      active += 1
      along += sign * y[i]! * (w - b * x[i]!)
    }
    if (active === 0) return null
    angle += Math.max(-1.7e-3, Math.min(1.7e-3, 0.5 * along))
  }
  return angle
}
