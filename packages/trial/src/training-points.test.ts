import { describe, expect, it } from 'vitest'
import { trainingPoints } from './training-points.ts'
import type { ProblemSpec } from './trial.ts'

const line: ProblemSpec = { target: 'square', inputDim: 1, points: 4, sampling: 'grid', domain: [-1, 3] }
const plane: ProblemSpec = { target: 'abs-2d', inputDim: 2, points: 4, sampling: 'grid', domain: [-2, 2] }

describe('training points', () => {
  it('are the midpoints of equal intervals on a line', () => {
    const points = trainingPoints(line, 0)
    expect(points).toMatchObject({ count: 4, inputDim: 1, outputDim: 1 })
    expect([...points.inputs]).toEqual([-0.5, 0.5, 1.5, 2.5])
    expect([...points.targets]).toEqual([0.25, 0.25, 2.25, 6.25])
  })

  it('are a square grid of midpoints in the plane, the last coordinate fastest', () => {
    const points = trainingPoints(plane, 0)
    expect([...points.inputs]).toEqual([-1, -1, -1, 1, 1, -1, 1, 1])
    expect([...points.targets]).toEqual([2, 0, 0, 2, 0, 2, 2, 0])
  })

  it('are equispaced directions on the circle of the radius of the domain', () => {
    const { inputs } = trainingPoints({ ...plane, points: 8, sampling: 'directions' }, 0)
    const diagonal = Math.SQRT2
    const upper = [2, 0, diagonal, diagonal, 0, 2, -diagonal, diagonal]
    const expected = [...upper, ...upper.map((x) => -x)]
    expect(inputs.length).toBe(16)
    expected.forEach((x, i) => expect(inputs[i]).toBeCloseTo(x, 15))
  })

  // Computed in Python with hashlib and mpmath at 50 digits.
  it('are drawn from the stream of seed, target and number of points', () => {
    const domain = [-Math.sqrt(3), Math.sqrt(3)] as const
    const random: ProblemSpec = { target: 'abs', inputDim: 1, points: 3000, sampling: 'random', domain }
    const { inputs } = trainingPoints(random, 0)
    const expected = [-1.0381520261667652, 0.033371629406641547, -1.184785026667313, -0.31169795537570949]
    expected.forEach((x, i) => expect(Math.abs(inputs[i]! - x)).toBeLessThan(1e-15))
    expect(trainingPoints(random, 0).inputs).toEqual(inputs)
    expect(trainingPoints(random, 1).inputs).not.toEqual(inputs)
    expect(trainingPoints({ ...random, target: 'square' }, 0).inputs).not.toEqual(inputs)
  })

  // DKW: a correct generator fails with probability at most 1e-6 a coordinate.
  it('are uniform on the domain in each coordinate', () => {
    const count = 40_000
    const { inputs } = trainingPoints({ ...plane, points: count, sampling: 'random' }, 0)
    for (const coordinate of [0, 1]) {
      const sorted = inputs.filter((_, i) => i % 2 === coordinate).toSorted()
      const distance = sorted.reduce((d, x, i) => Math.max(d, Math.abs((x + 2) / 4 - (i + 0.5) / count)), 0.5 / count)
      expect(distance + 0.5 / count).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * count)))
    }
  })

  it.each<[string, Partial<ProblemSpec>, string]>([
    ['a grid in the plane of a number that is not a square', { ...plane, points: 8 }, 'perfect square'],
    ['directions on a line', { sampling: 'directions' }, 'needs 2 inputs'],
    ['directions on a domain that is not symmetric', { ...plane, sampling: 'directions', domain: [0, 1] }, '[-r, r]'],
    ['a target of another input dimension', { inputDim: 2 }, 'invalid inputDim 2'],
    ['no points', { points: 0 }, 'invalid points 0'],
    ['half a point', { points: 1.5 }, 'invalid points 1.5'],
    ['an empty domain', { domain: [1, 1] }, 'invalid domain [1, 1]'],
    ['an infinite domain', { domain: [0, Infinity] }, 'invalid domain'],
    ['a target that overflows', { domain: [1e200, 2e200] }, 'not finite'],
    ['one point, where a constant is perfect', { points: 1 }, 'constant on the 1 training points'],
    ['points on which the target is constant', { points: 2, domain: [-1, 1] }, 'constant on the 2 training points'],
  ])('refuse %s', (_name, change, message) => {
    const refused = () => trainingPoints({ ...line, ...change }, 0)
    expect(refused).toThrow(RangeError)
    expect(refused).toThrow(message)
  })
})
