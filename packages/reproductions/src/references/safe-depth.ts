/** The greatest depth at which P(born dead) stays at or below a level. */
export interface SafeDepth {
  readonly width: number
  readonly level: number
  /** null: deeper than 30. */
  readonly depth: number | null
}

const WIDTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10] as const

/**
 * Level sets of the born dead on the line, both signs, He-normal, zero biases, [width of WIDTHS]: independent simulation of whole
 * networks, 4e5 to 4e6 of each shape.
 */
const DEPTHS: readonly (readonly [level: number, depths: readonly (number | null)[]])[] = [
  [0.01, [2, 2, 2, 3, 5, 7, 10, 15, 24]],
  [0.1, [2, 3, 5, 8, 13, 22, null, null, null]],
]

export const SAFE_DEPTHS: readonly SafeDepth[] = DEPTHS.flatMap(([level, depths]) =>
  depths.map((depth, index) => ({ width: WIDTHS[index] ?? 0, level, depth })),
)
