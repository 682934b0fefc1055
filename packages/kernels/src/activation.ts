import type { ActivationSpec } from '@collapsar/trial'
import { errorFunction, expm1OfNegative, expOfNegative, hyperbolicTangent } from './elementary.ts'
import type { Float } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

/** A hidden activation as NUMERICS.md, 3 states it, in instructions. */
export interface KernelActivation {
  /** Whether a unit, and so a layer, can be exactly zero on an open set: the premise of the death rule. */
  readonly canDie: boolean
  /** Whether the derivative needs z, which then has to be kept. */
  readonly needsZ: boolean
  value(z: Float): Float
  /** The derivative with respect to z from `q`, the derivative with respect to a = value(z). */
  derivative(q: Float, a: Float, z: Float): Float
}

const INVERSE_ROOT_TWO_PI = 0.3989422804014327
const SELU_LAMBDA = 1.0507009873554805
const SELU_ALPHA = 1.6732632423543772

export function kernelActivation(k: KernelBuilder, spec: ActivationSpec): KernelActivation {
  const isPositive = (x: Float) => k.compare('greater', x, k.float(0))
  const exponential = { canDie: false, needsZ: false } as const
  switch (spec.kind) {
    case 'relu':
      return { canDie: true, needsZ: false, value: (z) => k.positive(z), derivative: (q, a) => k.select(isPositive(a), q, k.float(0)) }
    case 'leaky-relu': {
      const leak = k.float(spec.leak)
      const leaked = (test: Float, x: Float) => k.select(isPositive(test), x, k.multiply(leak, x))
      return { ...exponential, value: (z) => leaked(z, z), derivative: (q, a) => leaked(a, q) }
    }
    case 'elu':
      return {
        ...exponential,
        value: (z) => k.select(isPositive(z), z, expm1OfNegative(k, z)),
        derivative: (q, a) => k.select(isPositive(a), q, k.multiply(q, k.add(a, k.float(1)))),
      }
    case 'selu': {
      const [lambda, product] = [k.float(SELU_LAMBDA), k.float(SELU_LAMBDA * SELU_ALPHA)]
      return {
        ...exponential,
        value: (z) => k.select(isPositive(z), k.multiply(lambda, z), k.multiply(product, expm1OfNegative(k, z))),
        derivative: (q, a) => k.select(isPositive(a), k.multiply(lambda, q), k.multiply(q, k.add(a, product))),
      }
    }
    case 'tanh':
      return {
        ...exponential,
        value: (z) => hyperbolicTangent(k, z),
        derivative: (q, a) => k.multiply(q, k.fma(k.negate(a), a, k.float(1))),
      }
    case 'gelu':
      return { canDie: false, needsZ: true, value: (z) => k.multiply(z, normalDistribution(k, z)), derivative: (q, _a, z) => k.multiply(q, geluSlope(k, z)) }
    default:
      throw new Error(`invalid activation: ${String(spec satisfies never)}`)
  }
}

/** P(z) = (1 + erf(z / sqrt 2)) / 2. */
function normalDistribution(k: KernelBuilder, z: Float): Float {
  const half = k.float(0.5)
  return k.fma(half, errorFunction(k, k.multiply(z, k.float(Math.SQRT1_2))), half)
}

/** z exp(-z^2 / 2) / sqrt(2 pi) + P(z). */
function geluSlope(k: KernelBuilder, z: Float): Float {
  const density = expOfNegative(k, k.multiply(k.float(-0.5), k.multiply(z, z)))
  return k.fma(k.multiply(z, density), k.float(INVERSE_ROOT_TWO_PI), normalDistribution(k, z))
}
