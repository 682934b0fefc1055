const pattern = new Float64Array(1)
const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0]
const words = new Uint32Array(pattern.buffer)

/**
 * a b + c of binary32 numbers, rounded once to binary32, ties to even.
 *
 * The product is exact in binary64. The sum is rounded there to odd: of the two binary64 numbers around an inexact sum, to
 * the one whose last bit is 1. That keeps on which side of every binary32 number, and of every midpoint between two, the exact
 * sum lies, so that the rounding to binary32 is as if it were the only one (Boldo, Melquiond 2008, "Emulation of a FMA and
 * correctly rounded sums", doi:10.1109/TC.2007.70819).
 */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const taken = sum - product
  // exact (Knuth's two-sum); NaN where the sum is not finite
  const error = product - (sum - taken) + (c - taken)
  return Math.fround(error > 0 || error < 0 ? toOdd(sum, error) : sum)
}

/** The rounding to odd of sum + error, from the rounding to nearest and its error, not 0. */
function toOdd(sum: number, error: number): number {
  pattern[0] = sum
  const low = words[LOW] as number
  if (low & 1) return sum
  if (sum > 0 === error > 0) {
    words[LOW] = low + 1
  } else {
    words[LOW] = low - 1
    if (low === 0) words[HIGH] = (words[HIGH] as number) - 1
  }
  return pattern[0]
}
