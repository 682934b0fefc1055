import type { InitialLaw } from './batch.ts'
import { biasOf } from './biases/index.ts'
import { initializationOf } from './initializations/index.ts'
import { networkShape } from './network-shape.ts'
import { layerLayouts } from './network.ts'
import { streamKey } from './random/stream-key.ts'
import type { TrialSpec } from './trial.ts'

/**
 * How the initial parameters of every trial of a cell are drawn (NUMERICS.md, 1): all that an engine needs to draw them
 * itself. Deviations and limits are computed here alone, in binary64.
 * @throws RangeError for a network or an initialization that does not exist
 */
export function initialLaw(spec: TrialSpec): InitialLaw {
  const { seed, depth, width, network, problem } = spec
  const name = { seed, inputDim: problem.inputDim, depth, width }
  const initialization = initializationOf(network.initialization)
  const biases = biasOf(network)
  const layouts = layerLayouts(networkShape(spec).sizes)
  return {
    initKey: streamKey({ ...name, purpose: 'init' }),
    biasKey: streamKey({ ...name, purpose: 'bias' }),
    layers: layouts.map(({ inputs, outputs }, layer) => {
      const law = initialization.lawOf({ layer, depth, inputs, outputs })
      return biases === null ? law : { ...law, biases }
    }),
  }
}
