import type { LayerLayout } from '@collapsar/trial'
import { layerLayouts } from '@collapsar/trial'
import type { KernelActivation } from './activation.ts'
import type { Float } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

/** A network whose parameters are registers, [parameter]. */
export interface RegisterNetwork {
  readonly sizes: readonly number[]
  readonly activation: KernelActivation
  readonly parameters: readonly Float[]
}

/** What one sample leaves behind on its way up. */
export interface ForwardPass {
  /** What each affine layer received, [layer][unit]. */
  readonly received: readonly (readonly Float[])[]
  /** Affine values, [layer][unit]. */
  readonly z: readonly (readonly Float[])[]
  /** [output] */
  readonly output: readonly Float[]
}

/** One sample through the network (NUMERICS.md, 3). */
export function forwardPass(k: KernelBuilder, { activation, parameters, sizes }: RegisterNetwork, input: readonly Float[]): ForwardPass {
  const received: (readonly Float[])[] = []
  const z: (readonly Float[])[] = []
  let values = input
  for (const layout of layerLayouts(sizes)) {
    received.push(values)
    const affine = units(layout.outputs).map((j) => affineValue(k, parameters, { layout, j, values }))
    z.push(affine)
    values = affine.map((value) => k.stored(z.length === sizes.length - 1 ? value : activation.value(value)))
  }
  return { received, z, output: values }
}

function affineValue(
  k: KernelBuilder,
  parameters: readonly Float[],
  { layout, j, values }: { readonly layout: LayerLayout; readonly j: number; readonly values: readonly Float[] },
): Float {
  const bias = at(parameters, layout.biases + j)
  return values.reduce((sum, value, i) => k.fma(at(parameters, layout.weights + j * layout.inputs + i), value, sum), bias)
}

/**
 * The way down: takes one sample's part into the gradient (NUMERICS.md, 4).
 * @param dz derivative of the loss with respect to each output
 * @param accumulate takes the term of a parameter: of a weight the product of two factors, of a bias `dz` alone
 */
export function backwardPass(
  k: KernelBuilder,
  { activation, parameters, sizes }: RegisterNetwork,
  { received, z }: ForwardPass,
  { dz, accumulate }: { readonly dz: readonly Float[]; readonly accumulate: (parameter: number, factor: Float, other: Float | null) => void },
): void {
  let derivatives = dz
  for (const [l, layout] of [...layerLayouts(sizes).entries()].toReversed()) {
    const values = received[l] ?? []
    for (const [j, derivative] of derivatives.entries()) {
      for (const [i, value] of values.entries()) accumulate(layout.weights + j * layout.inputs + i, derivative, value)
      accumulate(layout.biases + j, derivative, null)
    }
    if (l === 0) return
    const above = derivatives
    derivatives = values.map((a, i) => {
      const weight = (j: number) => at(parameters, layout.weights + j * layout.inputs + i)
      const [first, ...rest] = above
      const q = rest.reduce((sum, d, j) => k.fma(weight(j + 1), d, sum), k.multiply(weight(0), at([first], 0)))
      return k.stored(activation.derivative(q, a, at(z[l - 1] ?? [], i)))
    })
  }
}

export function units(count: number): number[] {
  return Array.from({ length: count }, (_, unit) => unit)
}

/** @throws RangeError beyond the end */
export function at<T>(values: readonly (T | undefined)[], index: number): T {
  const value = values[index]
  if (value === undefined) throw new RangeError(`no element ${index} of ${values.length}`)
  return value
}
