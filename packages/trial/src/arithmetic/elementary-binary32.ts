import { fma32 } from './fma-binary32.ts'

/*
 * The elementary functions of NUMERICS.md, 7, in binary32. The coefficients are binary32 numbers, written with as many
 * decimals as name them; they and the order of operations are part of the numerics.
 */

const { abs, fround } = Math

/** Adding it rounds to an integer. */
const ROUNDING_SHIFT = 1.5 * 2 ** 23
const LOG2_E = 1.4426950216293335
const LN2_HIGH = 0.693145751953125
const LN2_LOW = 1.428606765330187e-6

/** Below them expm1 rounds to -1 and exp to 0; above the last erf rounds to 1. */
const EXPM1_FLOOR = -20
const EXP_FLOOR = -105
const ERF_CEILING = 4
const ERF_CENTRE = 2.5

/** Of (expm1(r) - r) / r^2, from the constant up, and likewise below. */
const EXPM1_SERIES = [
  0.5, 0.1666666716337204, 0.04166645556688309, 0.00833331048488617, 0.0013934541493654251, 0.00019891980628017336,
] as const

/** Of erf(x) / x - 1 in x^2. */
const ERF_INSIDE = [
  0.12837916612625122, -0.3761262595653534, 0.11283594369888306, -0.02685421146452427, 0.005189087241888046,
  -0.000801686430349946, 7.875874871388078e-5,
] as const

/** Of -log(1 - erf(x)) in x - 2.5. */
const ERF_OUTSIDE = [
  7.806815147399902, 5.352680683135986, 0.9438936710357666, 0.010858112946152687, -0.002165169920772314,
  0.0004207916499581188, -7.738760177744552e-5, 1.2925695955345873e-5, -1.6155811408680165e-6, 7.582681860185403e-8,
] as const

/** Horner's rule in fma. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => fma32(sum, x, coefficient))
}

/** exp(x) = 2^n (1 + q), for x from `floor` to 0. */
function reduced(x: number, floor: number): { readonly n: number; readonly q: number } {
  const bounded = x < floor ? floor : x
  const minusN = fround(ROUNDING_SHIFT - fma32(bounded, LOG2_E, ROUNDING_SHIFT))
  const r = fma32(minusN, LN2_LOW, fma32(minusN, LN2_HIGH, bounded))
  return { n: -minusN, q: fma32(polynomial(EXPM1_SERIES, r), fround(r * r), r) }
}

/** exp(x) - 1, x <= 0. */
export function expm1OfNegative32(x: number): number {
  const { n, q } = reduced(x, EXPM1_FLOOR)
  const scale = 2 ** n
  return fma32(scale, q, fround(scale - 1))
}

/** exp(x), x <= 0. The last product alone can underflow. */
export function exp32(x: number): number {
  const { n, q } = reduced(x, EXP_FLOOR)
  const scale = 2 ** (n + 64)
  return fround(fma32(scale, q, scale) * 2 ** -64)
}

export function tanh32(x: number): number {
  const w = expm1OfNegative32(-2 * abs(x))
  return withSign(fround(w / fround(w + 2)), x)
}

export function erf32(x: number): number {
  if (!(abs(x) > 1)) return fma32(polynomial(ERF_INSIDE, fround(x * x)), x, x)
  const bounded = abs(x) > ERF_CEILING ? ERF_CEILING : abs(x)
  return withSign(expm1OfNegative32(-polynomial(ERF_OUTSIDE, fround(bounded - ERF_CENTRE))), x)
}

/** |value| with the sign of x. */
function withSign(value: number, x: number): number {
  return x < 0 || Object.is(x, -0) ? -abs(value) : abs(value)
}
