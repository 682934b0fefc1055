import { biasOf } from './biases/index.ts'
import { initializationOf } from './initializations/index.ts'
import type { LayerDraw } from './initializations/initialization.ts'
import { networkShape } from './network-shape.ts'
import { allocateParameters, layerLayouts, parameterCount } from './network.ts'
import type { LayerLayout, Parameters } from './network.ts'
import { streamKey } from './random/stream-key.ts'
import type { TrialSpec } from './trial.ts'

/**
 * Parameters of the given trials of a cell before training, [trial][parameter] (NUMERICS.md, 1 and 2): drawn in
 * binary64 and rounded once to the working type. Those of a trial do not depend on which others are drawn with it.
 * @param trials indices in the cell, integers in [0, 2^53)
 * @throws RangeError for another index, and for a network or an initialization that does not exist
 */
export function initialParameters(spec: TrialSpec, trials: ArrayLike<number>): Parameters {
  const shape = networkShape(spec)
  const { sizes } = shape
  const count = parameterCount(shape)
  const parameters = allocateParameters(spec.numerics, count * trials.length)
  const drawLayers = layerDrawer(spec, sizes)
  for (let row = 0; row < trials.length; row++) {
    drawLayers(trialIndex(trials[row]), (layout, draw) => store(parameters, row * count, layout, draw))
  }
  return parameters
}

type Sink = (layout: LayerLayout, draw: LayerDraw) => void

/** A function that draws the layers of one trial, in order, and hands each to a sink that has to copy it. */
function layerDrawer(spec: TrialSpec, sizes: readonly number[]): (trial: number, sink: Sink) => void {
  const initialization = initializationOf(spec.network.initialization)
  const fillBiases = biasOf(spec.network)
  const layouts = layerLayouts(sizes)
  const draws = layouts.map((layout, layer) => layerDraw(spec, layout, layer))
  return (trial, sink) => {
    for (let layer = 0; layer < draws.length; layer++) {
      const draw = draws[layer] as ReturnType<typeof layerDraw>
      draw.trial = trial
      draw.biases.fill(0)
      initialization.fill(draw)
      fillBiases(draw)
      sink(layouts[layer] as LayerLayout, draw)
    }
  }
}

/** Buffers of one layer, used for one trial after another. */
function layerDraw(spec: TrialSpec, { inputs, outputs }: LayerLayout, layer: number): LayerDraw & { trial: number } {
  const { seed, depth, width } = spec
  const name = { seed, inputDim: spec.problem.inputDim, depth, width }
  return {
    layer,
    depth,
    inputs,
    outputs,
    trial: 0,
    initKey: streamKey({ ...name, purpose: 'init' }),
    biasKey: streamKey({ ...name, purpose: 'bias' }),
    weights: new Float64Array(inputs * outputs),
    biases: new Float64Array(outputs),
  }
}

/** Copies a drawn layer to its place; the assignment rounds to the working type. */
function store(parameters: Parameters, start: number, layout: LayerLayout, { weights, biases }: LayerDraw): void {
  parameters.set(weights, start + layout.weights)
  parameters.set(biases, start + layout.biases)
}

function trialIndex(index: number | undefined): number {
  if (index === undefined || !Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(`invalid trial ${index}: expected an integer from 0 to 2^53 - 1`)
  }
  return index
}
