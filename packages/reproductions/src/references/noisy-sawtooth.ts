/** Mean number of activation regions of noisy sawtooths of one depth and one level of noise. */
export interface NoisySawtoothEntry {
  /** Half-width of the uniform noise on every bias. */
  readonly noise: number
  readonly hiddenLayers: number
  readonly mean: number
}

/** Networks behind each mean; their standard errors were not kept. */
export const NOISY_SAWTOOTH_TRIALS = 40

const HIDDEN_LAYERS = [2, 4, 6, 8, 10, 12, 14] as const

/**
 * 1-Lipschitz sawtooths of width 2 on [0, 1] with uniform noise on their biases, [hidden layers of HIDDEN_LAYERS]: activation regions by
 * exact breakpoint propagation in an independent program, 40 networks of each, rounded to integers.
 */
const ROWS: readonly (readonly [noise: number, means: readonly number[]])[] = [
  [1e-1, [5, 14, 19, 22, 20, 21, 26]],
  [1e-2, [6, 23, 80, 153, 214, 237, 211]],
  [1e-3, [5, 23, 89, 349, 1113, 1953, 1878]],
  [1e-4, [5, 21, 90, 362, 1392, 5429, 14_596]],
]

export const NOISY_SAWTOOTH: readonly NoisySawtoothEntry[] = ROWS.flatMap(([noise, means]) =>
  means.map((mean, index) => ({ noise, hiddenLayers: HIDDEN_LAYERS[index] ?? 0, mean })),
)
