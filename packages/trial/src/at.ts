/**
 * The element of a binary64 array that must be there: outside the array is a programmer's error, not a zero.
 * For one element type only, so that the compiled read stays monomorphic in inner loops.
 */
export function at(values: Float64Array, index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`invalid index: ${index} (0..${values.length - 1})`)
  return value
}
