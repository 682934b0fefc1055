import { describe, expect, it } from 'vitest'
import { networkFromJson } from './measured-network.ts'

const layers = [
  { weights: [[1], [2], [3]], biases: [4, 5, 6] },
  { weights: [[7, 8, 9]], biases: [10] },
]
const document = { activation: 'relu', domain: [-1, 1], layers }

describe('networkFromJson', () => {
  it('reads weights [output][input] and biases, layer by layer', () => {
    expect(networkFromJson(document)).toEqual({
      shape: { sizes: [1, 3, 1], activation: { kind: 'relu' } },
      parameters: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
      domain: [-1, 1],
      segments: [],
      box: null,
      mostCells: null,
    })
  })

  it('takes a network that says it has no normalization', () => {
    expect(networkFromJson({ ...document, normalization: 'none' })).toEqual(networkFromJson(document))
  })

  it('reads segments for several inputs', () => {
    const wide = [{ weights: [[1, 2]], biases: [3] }]
    const { domain, segments, shape } = networkFromJson({ activation: 'tanh', layers: wide, segments: [[[0, 0], [1, 2]]] })
    expect([domain, shape.sizes]).toEqual([null, [2, 1]])
    expect(segments).toEqual([[Float64Array.of(0, 0), Float64Array.of(1, 2)]])
  })

  it('reads a box for two inputs, with a bound for its cells', () => {
    const plane = { activation: 'relu', layers: [{ weights: [[1, 2]], biases: [3] }], box: [[0, 1], [-2, 2]] }
    expect(networkFromJson(plane)).toMatchObject({ box: [[0, 1], [-2, 2]], mostCells: null, domain: null, segments: [] })
    expect(networkFromJson({ ...plane, mostCells: 100 }).mostCells).toBe(100)
    const refused = (change: object) => () => networkFromJson({ ...plane, ...change })
    expect(refused({ box: [[0, 1]] })).toThrow('invalid box: [[0,1]] (expected a list of 2)')
    expect(refused({ box: [[0, 1], [2, 2]] })).toThrow('invalid box[1]: [2,2] (expected [low, high] with low < high)')
    expect(refused({ box: [[0, '1'], [1, 2]] })).toThrow('invalid box[0][1]: "1" (expected a finite number)')
    expect(refused({ mostCells: 0 })).toThrow('invalid mostCells: 0 (expected an integer of at least 1)')
    expect(refused({ segments: [[[0, 0], [1, 1]]] })).toThrow('invalid segments: [[[0,0],[1,1]]] (expected none beside a box)')
  })

  it.each([
    [{ box: [[0, 1], [0, 1]] }, 'invalid box: [[0,1],[0,1]] (expected none: a box needs 2 inputs, the network has 1)'],
    [{ layers: [] }, 'invalid layers: [] (expected a list that is not empty)'],
    [{ layers: [layers[0], { weights: [[7, 8]], biases: [10] }] }, 'invalid layers[1].weights[0]: [7,8] (expected a list of 3)'],
    [{ layers: [{ weights: [[1]], biases: [null] }] }, 'invalid layers[0].biases[0]: null (expected a finite number)'],
    [{ normalization: 'batch' }, 'invalid normalization: "batch" (expected none: its statistics need training points'],
    [{ domain: [1, 1] }, 'invalid domain: [1,1] (expected [low, high] with low < high)'],
    [{ domain: undefined }, 'invalid domain: missing (expected a list of 2)'],
    [{ layers: [{ weights: [[1, 2]], biases: [3] }] }, 'invalid segments: missing (expected a list of [p, q], or a box, for several inputs)'],
    [{ segments: [[[1], [1]]] }, 'invalid segments[0]: [[1],[1]] (expected two different points)'],
  ])('refuses %j', (change, message) => {
    expect(() => networkFromJson({ ...document, ...change })).toThrow(message)
  })
})
