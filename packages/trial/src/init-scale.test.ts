import { describe, expect, it } from 'vitest'
import { exampleSpec } from './example-spec.ts'
import { initialParameters } from './initial-parameters.ts'
import { layerLayouts } from './network.ts'
import type { InitializationSpec, NetworkSpec } from './trial.ts'

/** Parameters in binary64, where a power of two scales without rounding. */
const parametersOf = (network: Partial<NetworkSpec>) => initialParameters(exampleSpec({ numerics: 'ieee-f64/1', network }), [3])
const places = layerLayouts([1, 2, 2, 1])
const weightsOf = (all: ArrayLike<number>) => places.flatMap(({ weights, biases }) => Array.from(all).slice(weights, biases))
const biasesOf = (all: ArrayLike<number>) => places.flatMap(({ biases, outputs }) => Array.from(all).slice(biases, biases + outputs))
const times = (values: readonly number[], factor: number) => values.map((x) => x * factor)

describe('the scale of an initialization', () => {
  it.each<InitializationSpec>([
    { kind: 'he-normal' },
    { kind: 'he-uniform' },
    { kind: 'glorot-normal' },
    { kind: 'glorot-uniform' },
    { kind: 'lecun-normal' },
    { kind: 'small', std: 0.01 },
    { kind: 'orthogonal' },
  ])('multiplies the weights of $kind and leaves the biases that stand beside it', (initialization) => {
    const network = { initialization, bias: { kind: 'normal', std: 0.1 } } as const
    const plain = parametersOf(network)
    const scaled = parametersOf({ ...network, initScale: 0.25 })
    expect(weightsOf(scaled)).toEqual(times(weightsOf(plain), 0.25))
    expect(biasesOf(scaled)).toEqual(biasesOf(plain))
    expect(parametersOf({ ...network, initScale: 1 })).toEqual(plain)
  })

  it('multiplies the biases that the initialization draws itself', () => {
    const network = { initialization: { kind: 'torch-default' }, bias: { kind: 'initialization' } } as const
    expect([...parametersOf({ ...network, initScale: 4 })]).toEqual(times([...parametersOf(network)], 4))
  })

  it('leaves the number of a randomized asymmetric row that has no deviation', () => {
    const network = { initialization: { kind: 'randomized-asymmetric', outputLayer: true }, bias: { kind: 'initialization' } } as const
    const plain = [...parametersOf(network)]
    const scaled = [...parametersOf({ ...network, initScale: 0.5 })]
    const kept = plain.filter((x, i) => scaled[i] === x).length
    expect(kept).toBe(5)
    expect(plain.filter((x, i) => scaled[i] === x / 2)).toHaveLength(plain.length - kept)
  })

  it.each([0, -1, NaN, Infinity])('cannot be %d', (initScale) => {
    expect(() => parametersOf({ initScale })).toThrow(`invalid initScale ${initScale}: expected a positive number`)
  })
})
