/*
 * Exponential and hyperbolic tangent in + - * / and Math.floor only, in the order written here, as sine and logarithm in
 * ../random/elementary.ts and for the same reason. The method and the coefficients are those of fdlibm (Sun
 * Microsystems, 1993; e_exp.c, s_expm1.c, s_tanh.c).
 */

const LN2_HIGH = 6.93147180369123816490e-1
const LN2_LOW = 1.90821492927058770002e-10
const ONE_OVER_LN2 = 1.44269504088896338700

const P1 = 1.66666666666666019037e-1
const P2 = -2.77777777770155933842e-3
const P3 = 6.61375632143793436117e-5
const P4 = -1.65339022054652515390e-6
const P5 = 4.13813679705723846039e-8

const Q1 = -3.33333333333331316428e-2
const Q2 = 1.58730158725481460165e-3
const Q3 = -7.93650757867487942473e-5
const Q4 = 4.00821782732936239552e-6
const Q5 = -2.01099218183624371326e-7

/** Above the one exp overflows, below the other it rounds to 0. */
const EXP_CEILING = 7.09782712893383973096e2
const EXP_FLOOR = -7.45133219101941108420e2
/** From here on tanh rounds to 1. */
const TANH_CEILING = 22
const TANH_LINEAR = 2 ** -28

const bits = new DataView(new ArrayBuffer(8))

/** 2^k for k from -1022 to 1023. */
function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20)
  return bits.getFloat64(0)
}

/** Error below 1 ulp. */
export function exp(x: number): number {
  if (!(x <= EXP_CEILING && x >= EXP_FLOOR)) return expOutside(x)
  const k = Math.floor(x * ONE_OVER_LN2 + 0.5)
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const r = high - low
  const t = r * r
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))))
  const y = 1 - (low - (r * c) / (2 - c) - high)
  // two factors, of which the second alone can round (a subnormal result) or leave the range of one power
  const half = Math.floor(k / 2)
  return y * powerOfTwo(half) * powerOfTwo(k - half)
}

function expOutside(x: number): number {
  if (x > EXP_CEILING) return Infinity
  return x < EXP_FLOOR ? 0 : NaN
}

/** Error below 1.5 ulp. Odd: the sign of a zero is kept. */
export function tanh(x: number): number {
  const magnitude = Math.abs(x)
  if (!(magnitude >= TANH_LINEAR)) return x
  const value = magnitude < TANH_CEILING ? tanhInside(magnitude) : 1
  return x < 0 ? -value : value
}

function tanhInside(x: number): number {
  if (x >= 1) return 1 - 2 / (exp(2 * x) + 1)
  const t = expm1OfNegative(-2 * x)
  return -t / (t + 2)
}

/** exp(x) - 1 for x in (-2, 0], the part of s_expm1.c that tanh takes. */
function expm1OfNegative(x: number): number {
  const k = Math.floor(x * ONE_OVER_LN2 + 0.5)
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const r = high - low
  const tail = high - r - low
  const half = 0.5 * r
  const square = r * half
  const r1 = 1 + square * (Q1 + square * (Q2 + square * (Q3 + square * (Q4 + square * Q5))))
  const t = 3 - r1 * half
  const e = square * ((r1 - t) / (6 - r * t))
  if (k === 0) return r - (r * e - square)
  const error = r * (e - tail) - tail - square
  if (k === -1) return 0.5 * (r - error) - 0.5
  return (1 - (error - r)) * powerOfTwo(k) - 1
}
