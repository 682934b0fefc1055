import { stirlingError } from '../special/stirling-error.ts'

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/** Far above what either expansion needs where it is used: about 3,000 steps at 1e6 degrees of freedom. */
const EXPANSION_STEPS = 1_000_000

/**
 * The probability that a chi-square variable exceeds x >= 0: the regularized incomplete gamma function Q(df/2, x/2).
 * Relative error below 1e-12 up to 10^4 degrees of freedom, in the far tail as well.
 *
 * @throws RangeError unless x >= 0 and degreesOfFreedom > 0.
 * Source: DLMF 8.11.4 (series), 8.9.2 (continued fraction, by the modified Lentz method).
 */
export function chiSquareTail(x: number, degreesOfFreedom: number): number {
  if (!(x >= 0)) throw new RangeError(`a chi-square must be at least 0, got ${x}`)
  if (!(degreesOfFreedom > 0)) throw new RangeError(`degreesOfFreedom must be positive, got ${degreesOfFreedom}`)
  if (x === 0) return 1
  if (x === Infinity) return 0
  const [a, half] = [degreesOfFreedom / 2, x / 2]
  return half < a + 1 ? 1 - density(a, half) * lowerSeries(a, half) : density(a, half) * upperFraction(a, half)
}

/** x^a e^-x / Gamma(a), with the large terms of Stirling's formula cancelled on paper. */
function density(a: number, x: number): number {
  return Math.exp(a * Math.log(x / a) + a - x + 0.5 * Math.log(a) - HALF_LOG_TWO_PI - stirlingError(a))
}

/** 1/a + x/(a (a+1)) + x^2/(a (a+1) (a+2)) + ... */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let j = 1; j < EXPANSION_STEPS && term > sum * Number.EPSILON * 0.1; j += 1) {
    term *= x / (a + j)
    sum += term
  }
  return sum
}

/** 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))), which converges for x > a. */
function upperFraction(a: number, x: number): number {
  let denominator = x + 1 - a
  let c = Infinity
  let reciprocal = 1 / denominator
  let value = reciprocal
  for (let j = 1; j < EXPANSION_STEPS; j += 1) {
    const numerator = j * (a - j)
    denominator += 2
    reciprocal = 1 / (denominator + numerator * reciprocal)
    c = denominator + numerator / c
    const factor = c * reciprocal
    value *= factor
    if (Math.abs(factor - 1) <= Number.EPSILON) break
  }
  return value
}
