const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI)

/** Beyond this |x|, 1 - erf|x| is below 2^-54: erf rounds to 1. */
const SATURATION = 6

/**
 * The error function in binary64, to a few units in the last place:
 * erf(x) = 2/sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (1 3 5 .. (2n+1))
 * (Abramowitz and Stegun 7.1.6). All terms have one sign, so nothing cancels.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) > SATURATION) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * Number.EPSILON / 4; n += 1) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return TWO_OVER_ROOT_PI * Math.exp(-x * x) * sum
}
