import { describe, expect, it } from 'vitest'
import { networkFromJson } from '../traces/index.ts'
import { networkReport } from './network-report.ts'

const abs = {
  activation: 'relu',
  domain: [-1, 2],
  layers: [
    { weights: [[1], [-1]], biases: [0, 0] },
    { weights: [[1, 1]], biases: [0] },
  ],
}

describe('networkReport', () => {
  it('measures |x| on [-1, 2]', () => {
    const report = networkReport(networkFromJson(abs))
    expect(report).toMatchObject({ pieces: 2, regions: 2, nearTies: 0, deadLayer: 0, range: 2 })
    expect(report.directions.units).toHaveLength(2)
    expect(report).not.toHaveProperty('segments')
  })

  it('finds the first layer that is zero on the domain', () => {
    const layers = [abs.layers[0], { weights: [[-1, -1], [-1, 0]], biases: [0, 0] }, { weights: [[1, 1]], biases: [3] }]
    expect(networkReport(networkFromJson({ ...abs, layers }))).toMatchObject({ pieces: 1, deadLayer: 2, range: 0 })
  })

  it('measures segments one by one, and the range over all of them', () => {
    const layers = [
      { weights: [[1, 0], [-1, 0]], biases: [0, 0] },
      { weights: [[1, 1]], biases: [0] },
    ]
    const segments = [[[-1, 0], [3, 0]], [[0.5, 5], [1, -5]]]
    const report = networkReport(networkFromJson({ activation: 'relu', layers, segments }))
    expect(report).toMatchObject({ pieces: null, regions: null, nearTies: null, range: 3, deadLayer: 0 })
    expect(report.segments).toEqual([
      { pieces: 2, regions: 2, nearTies: 0 },
      { pieces: 1, regions: 1, nearTies: 0 },
    ])
  })

  it('calls a layer dead only where it is zero on every segment', () => {
    const layers = [{ weights: [[1]], biases: [-1] }, { weights: [[1]], biases: [0] }]
    const reported = (segments: unknown) => networkReport(networkFromJson({ activation: 'relu', layers, segments }))
    expect(reported([[[-1], [0]], [[0], [1]]]).deadLayer).toBe(1)
    expect(reported([[[-1], [0]], [[0], [2]]]).deadLayer).toBe(0)
  })

  it('has no pieces but a range for a smooth activation', () => {
    // tanh(x) - tanh(-x) = 2 tanh(x), monotone: its range is attained at the ends
    const layers = [abs.layers[0], { weights: [[1, -1]], biases: [0] }]
    const report = networkReport(networkFromJson({ ...abs, activation: 'tanh', layers }))
    expect(report).toMatchObject({ pieces: null, regions: null, nearTies: null, deadLayer: 0 })
    expect(report.range).toBeCloseTo(2 * (Math.tanh(2) + Math.tanh(1)), 14)
  })

  const sum = {
    layers: [
      { weights: [[1, 0], [-1, 0], [0, 1], [0, -1]], biases: [0, 0, 0, 0] },
      { weights: [[1, 1, 1, 1]], biases: [0] },
    ],
    box: [[-1, 2], [-3, 1]],
  }

  it('measures |x1| + |x2| on a box', () => {
    const report = networkReport(networkFromJson({ activation: 'relu', ...sum }))
    expect(report).toMatchObject({ pieces: 4, regions: 4, nearTies: 0, truncated: false, deadLayer: 0, range: 5 })
    expect(report.directions.units.map(({ kind }) => kind)).toEqual(['kept', 'kept', 'kept', 'kept'])
  })

  it('calls the counts on a box truncated where the cells are too many', () => {
    const report = networkReport(networkFromJson({ activation: 'relu', ...sum, mostCells: 3 }))
    // x1 = 0 is cut; x2 = 0 would make four of the two halves, in whose middles the gradients are (-1, -1) and (1, -1)
    expect(report).toMatchObject({ pieces: 2, regions: 2, truncated: true })
  })

  it('has no pieces but a range on a box for a smooth activation', () => {
    const report = networkReport(networkFromJson({ activation: 'elu', ...sum, box: [[-1, 3], [-3, 1]] }))
    // elu(x) + elu(-x) = |x| + exp(-|x|) - 1 for each input: smallest at 0, which is a sample, largest at the corner (3, -3)
    expect(report).toMatchObject({ pieces: null, regions: null, nearTies: null, deadLayer: 0 })
    expect(report.range).toBeCloseTo(2 * (3 + Math.exp(-3) - 1), 12)
  })
})
