import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { networkShape } from '../network-shape.ts'
import { eachOutput } from '../reference/evaluate.ts'
import { trialBatch } from '../trial-batch.ts'
import { networkGraph } from './network-graph.ts'
import { countPieces } from './pieces.ts'

const relu = { kind: 'relu' } as const

describe('networkGraph', () => {
  it('draws |x| + relu(x - 1/2) by its two breakpoints', () => {
    const parameters = Float64Array.of(1, -1, 1, 0, 0, -0.5, 1, 1, 1, 0)
    expect(networkGraph({ sizes: [1, 3, 1], activation: relu }, parameters, [-1, 1])).toEqual({
      positions: [-1, 0, 0.5, 1],
      values: [1, 0, 0.5, 1.5],
      breakpoints: [0, 0.5],
    })
  })

  it('leaves out a switch at which the slope stays', () => {
    // relu(x) - relu(-x) = x
    const graph = networkGraph({ sizes: [1, 2, 1], activation: relu }, Float64Array.of(1, -1, 0, 0, 1, -1, 0), [-1, 1])
    expect(graph).toEqual({ positions: [-1, 0, 1], values: [-1, 0, 1], breakpoints: [] })
  })

  it.each([{ kind: 'relu' }, { kind: 'leaky-relu', leak: 0.1 }] as const)('agrees with the count of pieces and with forward passes: %j', (activation) => {
    const spec = exampleSpec({ depth: 5, width: 6, network: { activation, bias: { kind: 'normal', std: 0.3 } }, training: { steps: 0 } })
    const shape = networkShape(spec)
    const { initial } = trialBatch(spec, Array.from({ length: 40 }, (_, i) => i))
    const count = initial.length / 40
    for (let trial = 0; trial < 40; trial++) {
      const parameters = Float64Array.from(initial.subarray(trial * count, (trial + 1) * count))
      const { positions, values, breakpoints } = networkGraph(shape, parameters, spec.problem.domain)
      expect(breakpoints.length + 1).toBe(countPieces(shape, parameters, 0, spec.problem.domain).pieces)
      const found: number[] = []
      eachOutput(shape, parameters, Float64Array.from(positions), ([output]) => found.push(output!))
      found.forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 10))
    }
  })

  it.each([
    [{ sizes: [2, 3, 1], activation: relu }, 'invalid shape: 2 inputs, 1 outputs'],
    [{ sizes: [1, 3, 2], activation: relu }, 'invalid shape: 1 inputs, 2 outputs'],
    [{ sizes: [1, 3, 1], activation: { kind: 'tanh' } }, 'no affine pieces: tanh is smooth'],
  ] as const)('refuses %j', (shape, message) => {
    expect(() => networkGraph(shape, new Float64Array(20), [-1, 1])).toThrow(message)
  })
})
