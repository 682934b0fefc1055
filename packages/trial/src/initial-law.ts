import type { InitialLaw, LayerLaw, TensorLaw } from './batch.ts'
import { biasOf } from './biases/index.ts'
import type { InitialDraw } from './draw-initial.ts'
import { initializationOf } from './initializations/index.ts'
import { sawtoothMisfit } from './initializations/sawtooth.ts'
import { networkShape } from './network-shape.ts'
import { layerLayouts } from './network.ts'
import { streamKey } from './random/stream-key.ts'
import type { TrialSpec } from './trial.ts'

/**
 * How the initial parameters of every trial of a cell are drawn (NUMERICS.md, 1): all that an engine needs to draw them
 * itself; null where a layer is made of what is drawn (orthogonal, sawtooth), which engines leave to `initialParameters`.
 * Deviations and limits are computed here alone, in binary64.
 * @throws RangeError for a network or an initialization that does not exist
 */
export function initialLaw(spec: TrialSpec): InitialLaw | null {
  const { law, makeLayer } = initialDraw(spec)
  return makeLayer === null ? law : null
}

/** @throws RangeError as `initialLaw` */
export function initialDraw(spec: TrialSpec): InitialDraw {
  const { seed, depth, width, network, problem, numerics } = spec
  const scale = initScale(spec)
  const name = { seed, inputDim: problem.inputDim, depth, width }
  const initialization = initializationOf(network.initialization)
  const biases = biasOf(network)
  const shape = networkShape(spec)
  const law = {
    initKey: streamKey({ ...name, purpose: 'init' }),
    biasKey: streamKey({ ...name, purpose: 'bias' }),
    layers: layerLayouts(shape.sizes).map(({ inputs, outputs }, layer) => {
      const law = initialization.lawOf({ layer, depth, inputs, outputs })
      return scaledLayer(biases === null ? law : { ...law, biases }, scale, biases === null)
    }),
  }
  const make = initialization.makeLayer?.bind(initialization)
  return { law, shape, numerics, makeLayer: make === undefined ? null : (layer) => make(layer, scale) }
}

function initScale(spec: TrialSpec): number {
  const { initialization, initScale = 1 } = spec.network
  if (!(initScale > 0 && initScale < Infinity)) {
    throw new RangeError(`invalid initScale ${initScale}: expected a positive number`)
  }
  const misfit = initialization.kind === 'sawtooth' ? sawtoothMisfit(spec) : null
  if (misfit !== null) throw new RangeError(`invalid initialization sawtooth: ${misfit}`)
  return initScale
}

/** @param withBiases whether the biases are the initialization's own, and so scaled with its weights */
function scaledLayer(law: LayerLaw, factor: number, withBiases: boolean): LayerLaw {
  return { ...law, weights: scaled(law.weights, factor), biases: withBiases ? scaled(law.biases, factor) : law.biases }
}

function scaled(law: TensorLaw, factor: number): TensorLaw {
  switch (law.kind) {
    case 'zero':
      return law
    case 'normal':
      return { kind: 'normal', std: law.std * factor }
    case 'uniform':
      return { kind: 'uniform', limit: law.limit * factor }
    default:
      return law satisfies never
  }
}
