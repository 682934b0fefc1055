/** How many functions trials of one setting learn. */
export interface FunctionsEntry {
  readonly std: number
  readonly width: number
  /** Of 24 trials, the mean over `GROUPS` groups of 24. */
  readonly mean: number
  readonly standardError: number
}

/** Trials of a group, the number of seeds of the reference. */
export const GROUP_TRIALS = 24

const WIDTHS = [4, 8, 16, 32] as const

/**
 * Mean number of distinct functions among 24 networks with its standard error, [width of WIDTHS]: one hidden layer of relu units with an output
 * bias, all parameters normal with the deviation given, gradient descent of 20,000 steps of 0.05 on five points, functions within 0.05 on the
 * same places one. An independent program in C and binary64, 60 groups of 24.
 */
const TABLE: readonly (readonly [std: number, means: readonly (readonly [mean: number, standardError: number])[]])[] = [
  [0.001, [[13.183, 0.227], [12.9, 0.271], [10.183, 0.218], [6.583, 0.226]]],
  [0.1, [[13.683, 0.221], [14.983, 0.257], [10.883, 0.285], [4.817, 0.16]]],
  [1, [[21.283, 0.223], [23.117, 0.121], [23.667, 0.074], [23.95, 0.028]]],
]

export const FUNCTIONS_OF_24: readonly FunctionsEntry[] = TABLE.flatMap(([std, means]) =>
  means.map(([mean, standardError], index) => ({ std, width: WIDTHS[index] ?? 0, mean, standardError })),
)
