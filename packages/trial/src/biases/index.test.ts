import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { initialParameters } from '../initial-parameters.ts'
import { layerLayouts } from '../network.ts'
import { networkShape } from '../network-shape.ts'
import type { BiasSpec } from '../trial.ts'
import { biasOf } from './index.ts'

const TRIALS = 5000
const trials = Array.from({ length: TRIALS }, (_, trial) => trial)

/** All biases of depth 3, width 4, in layer order, over 5,000 trials: 45,000 numbers. */
function drawn(bias: BiasSpec): number[] {
  const spec = exampleSpec({ width: 4, network: { bias } })
  const layouts = layerLayouts(networkShape(spec).sizes)
  const parameters = initialParameters(spec, trials)
  const stride = parameters.length / TRIALS
  const places = layouts.flatMap(({ biases, outputs }) => Array.from({ length: outputs }, (_, j) => biases + j))
  return trials.flatMap((trial) => places.map((place) => parameters[trial * stride + place]!))
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
const meanSquare = (values: readonly number[]) => mean(values.map((x) => x * x))

describe('biases', () => {
  // The bounds of initializations/index.test.ts (Laurent-Massart, Hoeffding) at 1e-7 each.
  const X = Math.log(2 / 1e-7)

  it('are zero', () => {
    expect(drawn({ kind: 'zero' }).every((b) => b === 0)).toBe(true)
  })

  it('are normal with the given standard deviation', () => {
    const values = drawn({ kind: 'normal', std: 0.1 })
    expect(Math.abs(mean(values)) / 0.1).toBeLessThan(Math.sqrt((2 * X) / values.length))
    const slack = (2 * Math.sqrt(values.length * X) + 2 * X) / values.length
    expect(Math.abs(meanSquare(values) / 0.01 - 1)).toBeLessThan(slack)
  })

  it('are uniform with the given standard deviation', () => {
    const values = drawn({ kind: 'uniform', std: 0.1 })
    const limit = Math.sqrt(3) * 0.1
    expect(values.every((b) => Math.abs(b) <= Math.fround(limit))).toBe(true)
    expect(Math.abs(mean(values)) / limit).toBeLessThan(Math.sqrt((2 * X) / values.length))
    expect(Math.abs(meanSquare(values) / limit ** 2 - 1 / 3)).toBeLessThan(Math.sqrt(X / (2 * values.length)))
  })

  it('leave the weights as they are without them', () => {
    const weightsOf = (bias: BiasSpec) => initialParameters(exampleSpec({ network: { bias } }), [0]).slice(0, 2)
    expect(weightsOf({ kind: 'normal', std: 1 })).toEqual(weightsOf({ kind: 'zero' }))
  })

  const he = exampleSpec().network
  it('are refused beside an initialization that draws them itself', () => {
    const refused = () => biasOf({ ...he, initialization: { kind: 'randomized-asymmetric', outputLayer: true } })
    expect(refused).toThrow('invalid bias "zero" beside randomized-asymmetric')
  })

  it('cannot be left to an initialization that does not draw them', () => {
    expect(() => biasOf({ ...he, bias: { kind: 'initialization' } })).toThrow('invalid bias "initialization"')
  })

  it('refuse a standard deviation that is not positive', () => {
    expect(() => biasOf({ ...he, bias: { kind: 'normal', std: -1 } })).toThrow('invalid std -1')
    expect(() => biasOf({ ...he, bias: { kind: 'uniform', std: NaN } })).toThrow('invalid std NaN')
  })
})
