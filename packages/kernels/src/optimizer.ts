import type { OptimizerSpec } from '@collapsar/trial'
import type { Float } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

/** One parameter's update, as NUMERICS.md, 4 states it, in instructions. */
export interface KernelOptimizer {
  /** Numbers that it remembers of each parameter. They start at +0. */
  readonly memory: number
  /** Numbers of the table that every update has an entry of: `stepTable`. */
  readonly table: number
  /** @param memory of the parameter @param entry of the table, of this update */
  update(parameter: Float, gradient: Float, memory: readonly Float[], entry: readonly Float[]): Updated
}

export interface Updated {
  readonly parameter: Float
  readonly memory: readonly Float[]
}

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

export function kernelOptimizer(k: KernelBuilder, spec: OptimizerSpec): KernelOptimizer {
  if (spec.kind === 'adam') return adam(k)
  const minusRate = k.float(-spec.learningRate)
  if (spec.momentum === 0) {
    return { memory: 0, table: 0, update: (p, g) => ({ parameter: k.stored(k.fma(minusRate, g, p)), memory: [] }) }
  }
  const mu = k.float(spec.momentum)
  return {
    memory: 1,
    table: 0,
    update: (p, g, [velocity = k.float(0)]) => {
      const v = k.stored(k.fma(mu, velocity, g))
      return { parameter: k.stored(k.fma(minusRate, v, p)), memory: [v] }
    },
  }
}

function adam(k: KernelBuilder): KernelOptimizer {
  const [beta1, rest1, beta2, rest2] = [k.float(BETA1), k.float(1 - BETA1), k.float(BETA2), k.float(1 - BETA2)]
  return {
    memory: 2,
    table: 2,
    update: (p, g, [mean = k.float(0), square = k.float(0)], [stepSize = k.float(0), epsilon = k.float(0)]) => {
      const m = k.stored(k.fma(beta1, mean, k.multiply(rest1, g)))
      const v = k.stored(k.fma(beta2, square, k.multiply(k.multiply(rest2, g), g)))
      const step = k.divide(k.multiply(stepSize, m), k.add(k.squareRoot(v), epsilon))
      return { parameter: k.stored(k.subtract(p, step)), memory: [m, v] }
    },
  }
}

/** From so many updates on, beta2^t is below half a unit in the last place of 1, and s_t and e_t are what they remain. */
const SETTLED = 40_000

/**
 * What changes from update to update, [update][entry], in binary64: Adam's s_t and e_t. The last entry serves all later updates.
 * @param steps number of updates
 */
export function stepTable(spec: OptimizerSpec, steps: number): Float64Array {
  if (spec.kind !== 'adam') return new Float64Array(0)
  const entries = Math.min(Math.max(1, steps), SETTLED)
  const table = new Float64Array(2 * entries)
  for (let t = 0, power1 = BETA1, power2 = BETA2; t < entries; t++, power1 *= BETA1, power2 *= BETA2) {
    const root = Math.sqrt(1 - power2)
    table[2 * t] = (spec.learningRate * root) / (1 - power1)
    table[2 * t + 1] = EPSILON * root
  }
  return table
}

/** The number of the last entry of the table. */
export function lastEntry(steps: number): number {
  return Math.min(Math.max(1, steps), SETTLED) - 1
}
