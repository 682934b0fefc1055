/** Multiplies the first `count` values by `factor`. */
export function scale(values: Float64Array, count: number, factor: number): void {
  for (let i = 0; i < count; i++) values[i] = (values[i] as number) * factor
}

/** Maps the first `count` values from (0, 1] to (-limit, limit], u to (2 u - 1) limit. */
export function spread(values: Float64Array, count: number, limit: number): void {
  for (let i = 0; i < count; i++) values[i] = (2 * (values[i] as number) - 1) * limit
}
