import { describe, expect, it } from 'vitest'
import type { NetworkShape } from '../network.ts'
import { fillUniforms } from '../random/uniform.ts'
import { firstLayerDirections, hiddenDirections } from './directions.ts'

const relu = (sizes: readonly number[]): NetworkShape => ({ sizes, activation: { kind: 'relu' } })
const ends = Float64Array.of(-1, 1)

/** A network of one hidden layer whose unit k points at `degrees[k]`, atan2(b, w), and goes on with weight 1. */
function atAngles(degrees: readonly number[]): Float64Array {
  const radians = degrees.map((angle) => (angle * Math.PI) / 180)
  return Float64Array.from([...radians.map(Math.cos), ...radians.map(Math.sin), ...degrees.map(() => 1), 0])
}

describe('firstLayerDirections', () => {
  it('sorts out dead, linear and negligible units', () => {
    // relu(x - 2), relu(x + 2), relu(x) / 1000 and 3 relu(x - 0.75) on [-1, 1]
    const parameters = Float64Array.of(1, 1, 1, 1, -2, 2, 0, -0.75, 1, 1, 0.001, 3, 0)
    const { units, dead, linear, negligible } = firstLayerDirections(relu([1, 4, 1]), parameters, 0, ends)
    expect(units.map(({ kind }) => kind)).toEqual(['dead', 'linear', 'negligible', 'kept'])
    expect([dead, linear, negligible]).toEqual([1, 1, 1])
    // ||(1, -0.75)|| = 1.25
    expect(units[3]!.amplitude).toBe(3.75)
    expect(units[3]!.direction).toEqual([0.8, -0.6])
  })

  it('clusters angles at 2, 5 and 10 degrees, around the circle', () => {
    const { clusters } = firstLayerDirections(relu([1, 5, 1]), atAngles([179, -179.5, -176, 0, 8]), 0, ends)
    expect(clusters.map(({ angle, clusters: count }) => [angle, count])).toEqual([[2, 4], [5, 3], [10, 2]])
  })

  it('weighs the entropy of clusters by amplitude', () => {
    const parameters = Float64Array.of(1, -3, 0, 0, 1, -1, 0)
    const { clusters } = firstLayerDirections(relu([1, 2, 1]), parameters, 0, ends)
    // shares 1/4 and 3/4
    expect(clusters[0]!.entropy).toBeCloseTo(0.25 * Math.log(4) + 0.75 * Math.log(4 / 3), 12)
  })

  it('counts as many clusters as gaps of the sorted angles, on random layers', () => {
    for (let trial = 0; trial < 50; trial += 1) {
      const angles = new Float64Array(12)
      fillUniforms(angles, 12, { key: [3, 5], trial, tensor: 0 })
      const sorted = Array.from(angles, (u) => 88 * u - 44).toSorted((a, b) => a - b)
      const { clusters, units } = firstLayerDirections(relu([1, 12, 1]), atAngles(sorted), 0, ends)
      expect(units.every(({ kind }) => kind === 'kept')).toBe(true)
      for (const { angle, clusters: count } of clusters) {
        expect(count).toBe(1 + sorted.slice(1).filter((degrees, i) => degrees - sorted[i]! > angle).length)
      }
    }
  })

  it('takes (amplitude, direction) as invariant under scaling of a unit', () => {
    const scaled = firstLayerDirections(relu([1, 1, 1]), Float64Array.of(8, -4, 0.5, 0), 0, ends)
    expect(scaled).toEqual(firstLayerDirections(relu([1, 1, 1]), Float64Array.of(2, -1, 2, 0), 0, ends))
  })

  it('links directions of several inputs one by one', () => {
    // (1, 0), (cos 4, sin 4), (cos 8, sin 8) and (0, -1) degrees in the plane of w, no biases
    const cos = (degrees: number): number => Math.cos((degrees * Math.PI) / 180)
    const rows = [1, 0, cos(4), cos(86), cos(8), cos(82), 0, -1]
    const parameters = Float64Array.from([...rows, 0, 0, 0, 0, 1, 1, 1, 1, 0])
    const points = Float64Array.of(1, 1, -1, -1)
    const { clusters } = firstLayerDirections(relu([2, 4, 1]), parameters, 0, points)
    expect(clusters.map(({ clusters: count }) => count)).toEqual([4, 2, 2])
  })

  it('calls no smooth unit dead and no leaky one either', () => {
    const parameters = Float64Array.of(1, -2, 1, 0)
    const kindOf = (activation: NetworkShape['activation']) =>
      firstLayerDirections({ sizes: [1, 1, 1], activation }, parameters, 0, ends).units[0]!.kind
    expect(kindOf({ kind: 'tanh' })).toBe('kept')
    expect(kindOf({ kind: 'leaky-relu', leak: 0.01 })).toBe('linear')
    expect(kindOf({ kind: 'relu' })).toBe('dead')
  })
})

describe('hiddenDirections', () => {
  it('judges units of the second layer by what the first one gives them', () => {
    // h = (relu(x), relu(-x)) on [-1, 1]; then -h1 - h2 (dead), h1 + h2 + 1 (linear), h1 - 0.5 and 2 h1 - 1 (one direction)
    const second = [-1, -1, 1, 1, 1, 0, 2, 0, 0, 1, -0.5, -1]
    const parameters = Float64Array.of(1, -1, 0, 0, ...second, 1, 1, 1, 1, 0)
    const [first, deeper, ...rest] = hiddenDirections(relu([1, 2, 4, 1]), parameters, 0, ends)
    expect(rest).toEqual([])
    expect(first).toEqual(firstLayerDirections(relu([1, 2, 4, 1]), parameters, 0, ends))
    expect(deeper!.units.map(({ kind }) => kind)).toEqual(['dead', 'linear', 'kept', 'kept'])
    expect(deeper!.clusters.map(({ clusters }) => clusters)).toEqual([1, 1, 1])
  })

  it('reads every network of a batch from its own offset', () => {
    const parameters = Float64Array.of(9, 9, 9, 9, 1, -1, 1, 0)
    expect(hiddenDirections(relu([1, 1, 1]), parameters, 4, ends)).toEqual(
      hiddenDirections(relu([1, 1, 1]), parameters.subarray(4), 0, ends),
    )
  })
})
