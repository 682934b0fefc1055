import { affineParameterCount, layerLayouts } from '@collapsar/trial'
import type { NetworkShape, Parameters } from '@collapsar/trial'

/**
 * Parameters as JSON: weights [output][input] and biases [output] of each layer in turn, behind them the scales [unit] and
 * shifts [unit] of each normalization; null where not finite.
 */
export function nestedParameters(shape: NetworkShape, parameters: Parameters): unknown[] {
  return [...affineParameters(shape, parameters), ...normalizationParameters(shape, parameters)]
}

function affineParameters(shape: NetworkShape, parameters: Parameters): unknown[] {
  return layerLayouts(shape.sizes).flatMap((layer) => {
    const weights = Array.from({ length: layer.outputs }, (_, output) => {
      const start = layer.weights + output * layer.inputs
      return Array.from(parameters.subarray(start, start + layer.inputs), finiteOrNull)
    })
    const biases = Array.from(parameters.subarray(layer.biases, layer.biases + layer.outputs), finiteOrNull)
    return [weights, biases]
  })
}

function normalizationParameters({ sizes, normalization }: NetworkShape, parameters: Parameters): unknown[] {
  if (normalization === undefined) return []
  let offset = affineParameterCount(sizes)
  return sizes.slice(1, -1).flatMap((units) =>
    Array.from({ length: 2 }, () => Array.from(parameters.subarray(offset, (offset += units)), finiteOrNull)),
  )
}

/** JSON has no NaN and no infinity. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
