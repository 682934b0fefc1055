/** Mean number of pieces at initialization of one shape. */
export interface PiecesEntry {
  readonly law: 'he-small-bias' | 'he-unit-bias' | 'torch-default'
  readonly width: number
  readonly hiddenLayers: number
  readonly mean: number
  readonly standardError: number
}

const HIDDEN_LAYERS = [1, 2, 4, 8] as const

type Row = readonly [law: PiecesEntry['law'], width: number, means: readonly (readonly [number, number])[]]

/**
 * Mean number of affine pieces on [-sqrt 3, sqrt 3] with its standard error, [hidden layers of HIDDEN_LAYERS]: exact breakpoint
 * propagation in an independent program, 400 networks of each shape, 200 at width 32. Biases normal with standard deviation 0.1
 * and 1; torch-default draws its own.
 */
const ROWS: readonly Row[] = [
  ['he-small-bias', 8, [[8.78, 0.02], [16.3, 0.1], [30.5, 0.3], [55.9, 0.8]]],
  ['he-small-bias', 16, [[16.59, 0.03], [32, 0.2], [61.9, 0.4], [120.6, 1.2]]],
  ['he-small-bias', 32, [[32.16, 0.06], [62.9, 0.3], [123.2, 0.9], [244.2, 2.6]]],
  ['he-unit-bias', 8, [[6.95, 0.06], [12, 0.1], [19.3, 0.3], [28.9, 0.5]]],
  ['he-unit-bias', 32, [[24.9, 0.2], [46.5, 0.4], [83.6, 0.8], [139.2, 1.8]]],
  ['torch-default', 8, [[6.7, 0.06], [11.3, 0.1], [14.2, 0.2], [15.4, 0.2]]],
  ['torch-default', 32, [[23.9, 0.2], [44.3, 0.4], [69.4, 0.6], [77.1, 0.8]]],
]

export const INITIAL_PIECES: readonly PiecesEntry[] = ROWS.flatMap(([law, width, means]) =>
  means.map(([mean, standardError], index) => ({ law, width, hiddenLayers: HIDDEN_LAYERS[index] ?? 0, mean, standardError })),
)
