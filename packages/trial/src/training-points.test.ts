import { describe, expect, it } from 'vitest'
import { testPoints, trainingPoints } from './training-points.ts'
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

  it('of a formula in three inputs are a grid of their cubes, or random', () => {
    const space: ProblemSpec = { target: 'expression', expression: 'x1 + x2 * x3', inputDim: 3, points: 8, sampling: 'grid', domain: [-2, 2] }
    const points = trainingPoints(space, 0)
    expect(Array.from(points.inputs.subarray(0, 6))).toEqual([-1, -1, -1, -1, -1, 1])
    expect([...points.targets]).toEqual([0, -2, -2, 0, 2, 0, 0, 2])
    expect(() => trainingPoints({ ...space, points: 9 }, 0)).toThrow('a grid in 3 dimensions needs a perfect power of 3')
    expect(trainingPoints({ ...space, points: 9, sampling: 'random' }, 0).targets).toHaveLength(9)
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

  it('are those of the five points by default', () => {
    const { inputs, targets } = trainingPoints({ ...line, target: 'five-points', points: 5, domain: [-1.25, 1.25] }, 0)
    expect([...inputs]).toEqual([-1, -0.5, 0, 0.5, 1])
    expect([...targets]).toEqual([0.4, -0.3, 0.5, -0.2, 0.6])
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
    ['a target that overflows', { domain: [1e200, 2e200] }, 'target square is not finite at (1.125e+200) but Infinity'],
    ['a formula without a value somewhere', { target: 'expression', expression: 'log(x1)' }, 'expression "log(x1)" is not finite at (-0.5) but NaN'],
    ['a formula that is constant', { target: 'expression', expression: 'x1^0' }, 'expression "x1^0" is constant on the 4'],
    ['a formula that cannot be read', { target: 'expression', expression: 'x1 +' }, 'character 5, the end'],
    ['a grid that steps over whole teeth', { target: 'sawtooth', teeth: 256, points: 128, domain: [0, 1] }, 'constant on the 128 training points: 256 teeth need a grid of at least 512 points'],
    ['one point, where a constant is perfect', { points: 1 }, 'constant on the 1 training points'],
    ['points on which the target is constant', { points: 2, domain: [-1, 1] }, 'constant on the 2 training points'],
  ])('refuse %s', (_name, change, message) => {
    const refused = () => trainingPoints({ ...line, ...change }, 0)
    expect(refused).toThrow(RangeError)
    expect(refused).toThrow(message)
  })
})

describe('test points', () => {
  const problem: ProblemSpec = { ...line, target: 'abs', domain: [-Math.sqrt(3), Math.sqrt(3)], testPoints: 3000 }

  it('are none unless asked for', () => {
    expect(testPoints(line, 0)).toBeNull()
  })

  // Key 0x5bccc0e3, 0xb4cf488b and the points: Python's hashlib and an independent Philox of Python integers.
  it('are drawn from a stream of their own, whatever the sampling', () => {
    const points = testPoints(problem, 0)!
    expect(points).toMatchObject({ count: 3000, inputDim: 1, outputDim: 1 })
    const expected = [0.04069022318112961, -0.5231863280031367, -0.2451365816908153, -1.4861855044028682]
    expected.forEach((x, i) => expect(Math.abs(points.inputs[i]! - x)).toBeLessThan(1e-15))
    points.targets.forEach((y, i) => expect(y).toBe(Math.abs(points.inputs[i]!)))
    expect(testPoints({ ...problem, sampling: 'random', points: 3000 }, 0)).toEqual(points)
    expect(trainingPoints({ ...problem, sampling: 'random', points: 3000 }, 0).inputs).not.toEqual(points.inputs)
    expect(testPoints(problem, 1)!.inputs).not.toEqual(points.inputs)
  })

  it('may have one value, but need one each', () => {
    expect(testPoints({ ...problem, testPoints: 1 }, 0)!.count).toBe(1)
    expect(() => testPoints({ ...problem, testPoints: 0.5 }, 0)).toThrow('invalid testPoints 0.5')
    const formula = { ...problem, target: 'expression', expression: 'sqrt(x1)' } as const
    expect(() => testPoints(formula, 0)).toThrow('expression "sqrt(x1)" is not finite at (')
  })
})
