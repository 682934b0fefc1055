import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { testPoints } from '../training-points.ts'
import { facts } from './facts.ts'
import { columnsByName, givenExample, observedExample } from './measured-example.ts'

describe('facts', () => {
  it('says of a collapsed trial which constant it is, and of another that it is none', async () => {
    // |x| at -0.75, -0.25, 0.25, 0.75: the mean is 1/2, amid the medians, so the loss decides; both units of two of the networks are dead
    const spec = exampleSpec({ depth: 2, width: 2, problem: { points: 4, domain: [-1, 1] }, training: { steps: 0 } })
    const constant = (value: number): number[] => [1, -1, -2, -2, 1, 1, value]
    const networks = [[1, -1, 0, 0, 1, 1, 0], constant(0.5), constant(0.51), constant(0.1)]
    const { collapseState, deadShare } = columnsByName(facts, await givenExample(spec, networks))
    expect([...collapseState!]).toEqual([0, 1, 1, 4])
    expect([...deadShare!]).toEqual([0, 1, 1, 1])
    const mae = { ...spec, training: { ...spec.training, loss: 'mae' as const } }
    expect([...columnsByName(facts, await givenExample(mae, networks))['collapseState']!]).toEqual([0, 2, 2, 4])
  })

  it('gives the share of the points behind a dead layer', async () => {
    // relu(x - 1/2) is 0 for three of four points
    const spec = exampleSpec({ depth: 2, width: 1, problem: { points: 4, domain: [-1, 1] }, training: { steps: 0 } })
    const { collapseState, deadPoints, deadShare } = columnsByName(facts, await givenExample(spec, [[1, -0.5, 1, 0]]))
    expect([deadPoints![0], deadShare![0], collapseState![0]]).toEqual([3, 0.75, 0])
  })

  it('has the mean loss on the test points, by the loss of the training', async () => {
    // |x| with an output bias: the error is the bias at every point, whichever the points are
    const abs = (bias: number): number[] => [1, -1, 0, 0, 1, 1, bias]
    const problem = { points: 4, testPoints: 50, domain: [-1, 1] as const }
    const errorsBy = async (loss: 'mse' | 'mae' | 'huber'): Promise<number[]> => {
      const training = { steps: 0, loss, ...(loss === 'huber' && { huberDelta: 0.25 }) }
      const spec = exampleSpec({ depth: 2, width: 2, problem, training })
      return [...columnsByName(facts, await givenExample(spec, [abs(0), abs(0.5)]))['testError']!]
    }
    expect(await errorsBy('mse')).toEqual([0, expect.closeTo(0.25, 6)])
    expect(await errorsBy('mae')).toEqual([0, expect.closeTo(0.5, 6)])
    // beyond delta = 1/4: delta (|e| - delta / 2)
    expect(await errorsBy('huber')).toEqual([0, expect.closeTo(0.25 * (0.5 - 0.125), 6)])
  })

  it('takes the test error on the test points, not on those of the training', async () => {
    // the constant 0 errs by x^2: its mean over the drawn points, by hand
    const spec = exampleSpec({ depth: 2, width: 2, seed: 3, problem: { points: 4, testPoints: 9, domain: [-1, 1] }, training: { steps: 0 } })
    const { testError } = columnsByName(facts, await givenExample(spec, [[0, 0, 0, 0, 0, 0, 0]]))
    const squares = testPoints(spec.problem, 3)!.inputs.map((x) => x * x)
    expect(testError![0]).toBeCloseTo(squares.reduce((sum, square) => sum + square) / 9, 6)
    expect(testError![0]).not.toBeCloseTo((2 * 0.75 ** 2 + 2 * 0.25 ** 2) / 4, 2)
  })

  it('has no test error without test points, and none of a diverged trial', async () => {
    const training = { steps: 12, optimizer: { kind: 'sgd', learningRate: 1e20, momentum: 0 } } as const
    const spec = exampleSpec({ width: 8, problem: { points: 16 }, training })
    expect(facts.columns(spec).map(({ name }) => name)).not.toContain('testError')
    const tested = { ...spec, problem: { ...spec.problem, testPoints: 8 } }
    const { collapseState, testError } = columnsByName(facts, await observedExample(facts, tested, [0, 1, 2, 3]))
    const isDiverged = [...testError!].map(Number.isNaN)
    expect(isDiverged).toContain(true)
    expect(collapseState!.filter((_, i) => isDiverged[i])).toEqual(new Uint8Array(isDiverged.filter(Boolean).length))
  })
})
