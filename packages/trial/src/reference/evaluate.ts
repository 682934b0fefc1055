import { arithmeticOf } from '../arithmetic/arithmetic.ts'
import type { NetworkShape } from '../network.ts'
import { forwardPass } from './forward-pass.ts'
import { networkState } from './network-state.ts'
import { allPoints, passesOf } from './samples.ts'

/**
 * Calls with the outputs of a network, [output component], at each of the inputs, [point][coordinate], in order, in binary64.
 * What is passed is overwritten by the next call.
 */
export function eachOutput(
  shape: NetworkShape,
  parameters: Float64Array,
  inputs: Float64Array,
  visit: (outputs: Float64Array) => void,
): void {
  const inputDim = shape.sizes[0] ?? 1
  const outputDim = shape.sizes.at(-1) ?? 1
  const passes = passesOf(allPoints(inputs.length / inputDim), shape)
  const samples = Math.max(...passes.map((tiles) => tiles.reduce((count, { points }) => count + points.length, 0)))
  const network = networkState(shape, parameters, { arithmetic: arithmeticOf('ieee-f64/1'), samples })
  for (const tiles of passes) {
    const pass = forwardPass(network, tiles, { inputs, inputDim })
    while (pass.next().done !== true);
    const count = tiles.reduce((sum, { points }) => sum + points.length, 0)
    for (let i = 0; i < count; i++) visit(network.output.subarray(i * outputDim, (i + 1) * outputDim))
  }
}
