/*
 * Logarithm, sine and cosine in + - * / and Math.floor only, in the order written here: the random stream and the
 * targets must not depend on the C library of a machine or on the version of a JavaScript engine. The method and the
 * coefficients are those of fdlibm (Sun Microsystems, 1993; e_log.c, k_sin.c, k_cos.c, e_rem_pio2.c), whose errors are
 * below one unit in the last place.
 */

const LN2_HIGH = 6.93147180369123816490e-1
const LN2_LOW = 1.90821492927058770002e-10
const LOG1 = 6.666666666666735130e-1
const LOG2 = 3.999999999940941908e-1
const LOG3 = 2.857142874366239149e-1
const LOG4 = 2.222219843214978396e-1
const LOG5 = 1.818357216161805012e-1
const LOG6 = 1.531383769920937332e-1
const LOG7 = 1.479819860511658591e-1

const SIN1 = -1.66666666666666324348e-1
const SIN2 = 8.33333333332248946124e-3
const SIN3 = -1.98412698298579493134e-4
const SIN4 = 2.75573137070700676789e-6
const SIN5 = -2.50507602534068634195e-8
const SIN6 = 1.58969099521155010221e-10

const COS1 = 4.16666666666666019037e-2
const COS2 = -1.38888888888741095749e-3
const COS3 = 2.48015872894767294178e-5
const COS4 = -2.75573143513906633035e-7
const COS5 = 2.08757232129817482790e-9
const COS6 = -1.13596475577881948265e-11

const TWO_OVER_PI = 6.36619772367581382433e-1
/** pi/2 in three parts; the first two have 33 bits, so that their products with integers below 2^20 are exact. */
const HALF_PI_1 = 1.57079632673412561417
const HALF_PI_2 = 6.07710050630396597660e-11
const HALF_PI_3 = 2.02226624879595063154e-21

export const HALF_PI = 1.5707963267948966

/** Largest argument of `sin` and `cos`: beyond it the reduction by pi/2 would lose accuracy. */
export const TRIGONOMETRIC_LIMIT = 2 ** 19

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)
const HIGH_HALF = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0
/** High half of sqrt(1/2) and its distance to that of 1: splits x into 2^k times a number in [sqrt(1/2), sqrt(2)). */
const SQRT_HALF_HIGH = 0x3fe6a09e
const TO_ONE = 0x3ff00000 - SQRT_HALF_HIGH
/** [1024 - k] = 2^-k, k = 1024 down to -1023. */
const INVERSE_POWERS = powersOfTwo(-1024, 2048)

function powersOfTwo(first: number, count: number): Float64Array {
  const powers = new Float64Array(count)
  for (let i = 0, power = 2 ** first; i < count; i++, power *= 2) powers[i] = power
  return powers
}

/** Natural logarithm. Error below 1 ulp. -Infinity at 0, NaN below, as Math.log. */
export function log(x: number): number {
  if (!(x >= 2.2250738585072014e-308 && x <= 1.7976931348623157e308)) return logOutside(x)
  double[0] = x
  const k = ((((halves[HIGH_HALF] as number) + TO_ONE) | 0) >> 20) - 1023
  const f = x * (INVERSE_POWERS[1024 - k] as number) - 1
  const half = 0.5 * f * f
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (LOG2 + w * (LOG4 + w * LOG6))
  const odd = z * (LOG1 + w * (LOG3 + w * (LOG5 + w * LOG7)))
  return k * LN2_HIGH - (half - (s * (half + (odd + even)) + k * LN2_LOW) - f)
}

/** Zero, subnormal, negative and non-finite arguments. */
function logOutside(x: number): number {
  if (x === 0) return -Infinity
  if (x > 0 && x < 1) return log(x * 2 ** 54) - 54 * LN2_HIGH - 54 * LN2_LOW
  return x > 0 ? Infinity : NaN
}

/** sin(x + tail) for |x| <= pi/4 (a little more does no harm) and a tail below half a unit in the last place of x. */
export function sinKernel(x: number, tail: number): number {
  const z = x * x
  const v = z * x
  const r = SIN2 + z * (SIN3 + z * SIN4) + z * (z * z) * (SIN5 + z * SIN6)
  return x - (z * (0.5 * tail - v * r) - tail - v * SIN1)
}

/** cos(x + tail), in the same range. */
export function cosKernel(x: number, tail: number): number {
  const z = x * x
  const w = z * z
  const r = z * (COS1 + z * (COS2 + z * COS3)) + w * w * (COS4 + z * (COS5 + z * COS6))
  const half = 0.5 * z
  const head = 1 - half
  return head + (1 - head - half + (z * r - x * tail))
}

/**
 * Sine of x radians. Error below 1 ulp.
 * @throws RangeError for |x| > TRIGONOMETRIC_LIMIT or NaN
 */
export function sin(x: number): number {
  return sineOfQuarters(x, 0)
}

/**
 * Cosine of x radians. Error below 1 ulp.
 * @throws RangeError for |x| > TRIGONOMETRIC_LIMIT or NaN
 */
export function cos(x: number): number {
  return sineOfQuarters(x, 1)
}

/** sin(x + quarters pi/2). */
function sineOfQuarters(x: number, quarters: number): number {
  if (!(Math.abs(x) <= TRIGONOMETRIC_LIMIT)) {
    throw new RangeError(`invalid angle ${x}: expected at most ${TRIGONOMETRIC_LIMIT} in absolute value`)
  }
  const n = Math.floor(x * TWO_OVER_PI + 0.5)
  const first = x - n * HALF_PI_1
  const product = n * HALF_PI_2
  const second = first - product
  const lost = first - second - product - n * HALF_PI_3
  const reduced = second + lost
  return rotate(reduced, second - reduced + lost, (n + quarters) & 3)
}

/** sin(2 pi u), for any u below 2^50 in absolute value: the reduction is exact. Error below 2 ulp. */
export function sinTurns(u: number): number {
  const quarters = 4 * u
  const nearest = Math.floor(quarters + 0.5)
  return rotate((quarters - nearest) * HALF_PI, 0, nearest & 3)
}

/** cos(2 pi u), in the same range. */
export function cosTurns(u: number): number {
  const quarters = 4 * u
  const nearest = Math.floor(quarters + 0.5)
  return rotate((quarters - nearest) * HALF_PI, 0, (nearest + 1) & 3)
}

/** sin(x + tail + quarter pi/2), quarter = 0, 1, 2, 3. */
function rotate(x: number, tail: number, quarter: number): number {
  const magnitude = (quarter & 1) === 0 ? sinKernel(x, tail) : cosKernel(x, tail)
  return (quarter & 2) === 0 ? magnitude : -magnitude
}
