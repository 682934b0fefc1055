import { expect, test } from 'vitest'
import { noisyPiecesBound } from './noise-bound.ts'

/** The sawtooth of slopes at most 1 with m hidden layers of 2 units on [0, 1]. */
const sawtooth = (layers: number, level: number) =>
  ({
    inputDim: 1,
    relu: true,
    hiddenLayers: layers,
    width: 2,
    domain: [0, 1],
    slopeBound: 1,
    restingUnitsAreDead: true,
    noise: { kind: 'absolute', level },
  }) as const

test('is 1 + m / delta for the sawtooth, which counted regions never exceed', () => {
  // Mean regions of 40 sawtooth networks of slope 1, bias noise +-delta, at m = 2, 4, ..., 14, by a separate program.
  const counted = [
    [1e-1, [5, 14, 19, 22, 20, 21, 26]],
    [1e-2, [6, 23, 80, 153, 214, 237, 211]],
    [1e-3, [5, 23, 89, 349, 1113, 1953, 1878]],
    [1e-4, [5, 21, 90, 362, 1392, 5429, 14596]],
  ] as const
  for (const [delta, regions] of counted) {
    for (const [index, mean] of regions.entries()) {
      const layers = 2 * (index + 1)
      const bound = noisyPiecesBound(sawtooth(layers, delta))!
      expect(bound).toBeCloseTo(1 + layers / delta, 8)
      expect(mean).toBeLessThan(bound)
    }
  }
})

test('scales with the updates where noise is relative to them', () => {
  const noise = { kind: 'relative', level: 2 ** -24, meanReciprocalUpdate: 1e3 } as const
  expect(noisyPiecesBound({ ...sawtooth(3, 1), noise })).toBeCloseTo(1 + (6 * 1e3 * 2 ** 24) / 2, 0)
})

test('is not given where a hypothesis fails', () => {
  for (const change of [{ inputDim: 2 }, { relu: false }, { slopeBound: null }, { restingUnitsAreDead: false }]) {
    expect(noisyPiecesBound({ ...sawtooth(3, 0.1), ...change })).toBeNull()
  }
})

test.each([
  [{ slopeBound: 0 }, 'slopeBound must be positive and finite, got 0'],
  [{ noise: { kind: 'absolute', level: 0 } }, 'level must be positive and finite, got 0'],
  [{ domain: [1, 0] }, 'domain must be an interval [low, high], got [1, 0]'],
] as const)('refuses %j', (change, message) => {
  expect(() => noisyPiecesBound({ ...sawtooth(3, 0.1), ...change })).toThrow(new RangeError(message))
})
