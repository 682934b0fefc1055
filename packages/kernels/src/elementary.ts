import { ELEMENTARY } from './elementary-tables.ts'
import type { Float } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

/** exp(x) - 1 for x <= 0 (NUMERICS.md, 7; the order of operations is that of packages/engine-cpu/native/elementary.h). */
export function expm1OfNegative(k: KernelBuilder, x: Float): Float {
  const { q, t } = reduceExponential(k, atLeast(k, x, ELEMENTARY[k.precision].expm1Floor))
  const scale = k.powerOfTwo(t)
  return k.fma(scale, q, k.subtract(scale, k.float(1)))
}

/** exp(x) for x <= 0, gradual underflow included: the scale is raised by 2^64 and the product lowered again. */
export function expOfNegative(k: KernelBuilder, x: Float): Float {
  const { q, t } = reduceExponential(k, atLeast(k, x, ELEMENTARY[k.precision].expFloor))
  const scale = k.powerOfTwo(k.add(t, k.float(64)))
  return k.multiply(k.fma(scale, q, scale), k.float(2 ** -64))
}

export function hyperbolicTangent(k: KernelBuilder, x: Float): Float {
  const w = expm1OfNegative(k, k.multiply(k.magnitude(x), k.float(-2)))
  return k.withSign(k.divide(w, k.add(w, k.float(2))), x)
}

/** Inside [-1, 1] a polynomial in x^2; outside -expm1(-P), P the logarithm of 1 / erfc. */
export function errorFunction(k: KernelBuilder, x: Float): Float {
  const { erfCeiling, erfCentre, erfInside, erfOutside } = ELEMENTARY[k.precision]
  const inside = k.fma(polynomial(k, erfInside, k.multiply(x, x)), x, x)
  const size = k.magnitude(x)
  const bounded = k.select(k.compare('greater', size, k.float(erfCeiling)), k.float(erfCeiling), size)
  const logarithm = polynomial(k, erfOutside, k.subtract(bounded, k.float(erfCentre)))
  const outside = k.withSign(expm1OfNegative(k, k.multiply(logarithm, k.float(-1))), x)
  return k.select(k.compare('greater', size, k.float(1)), outside, inside)
}

/** exp(x) = 2^n (1 + q): t holds n, q = expm1(x - n ln 2). */
function reduceExponential(k: KernelBuilder, x: Float): { readonly t: Float; readonly q: Float } {
  const { expm1Series, ln2High, ln2Low, log2e, roundingShift } = ELEMENTARY[k.precision]
  const shift = k.float(roundingShift)
  const t = k.fma(x, k.float(log2e), shift)
  const minusN = k.subtract(shift, t)
  const r = k.fma(minusN, k.float(ln2Low), k.fma(minusN, k.float(ln2High), x))
  return { t, q: k.fma(polynomial(k, expm1Series, r), k.multiply(r, r), r) }
}

/** x, or the floor where x is below it. A NaN stays. */
function atLeast(k: KernelBuilder, x: Float, floor: number): Float {
  return k.select(k.compare('greater', k.float(floor), x), k.float(floor), x)
}

/** Horner's rule in fma, the constant coefficient first in the table. */
function polynomial(k: KernelBuilder, coefficients: readonly number[], x: Float): Float {
  return coefficients
    .map((coefficient) => k.float(coefficient))
    .reduceRight((sum, coefficient) => k.fma(sum, x, coefficient))
}
