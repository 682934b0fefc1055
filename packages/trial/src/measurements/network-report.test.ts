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
})
