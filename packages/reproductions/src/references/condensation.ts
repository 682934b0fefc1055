/** Mean number of clusters of directions at one time, of 100 units of which those with a kink among the points count. */
export interface ClustersEntry {
  readonly std: number
  readonly step: number
  readonly mean: number
  readonly standardError: number
}

/**
 * 100 units, 40 points, an output bias, all parameters normal with the deviation given, full-batch gradient descent with learning rate 0.1, and
 * 0.01 for the large deviation; clusters by gaps of 2 degrees. An independent program in C and binary64: 100 and 40
 * networks of the small deviation at the two steps, 900 and 440 of the large one.
 */
export const CLUSTERS: readonly ClustersEntry[] = [
  { std: 1e-4, step: 10_000, mean: 2.59, standardError: 0.064 },
  { std: 1e-4, step: 60_000, mean: 2.5, standardError: 0.156 },
  { std: 1, step: 10_000, mean: 24.992, standardError: 0.107 },
  { std: 1, step: 60_000, mean: 23.841, standardError: 0.144 },
]
