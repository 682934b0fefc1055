import { describe, expect, it } from 'vitest'
import { exampleSpec } from './example-spec.ts'
import { initialParameters } from './initial-parameters.ts'
import { layerLayouts } from './network.ts'
import type { LayerLayout, Parameters } from './network.ts'
import { networkShape } from './network-shape.ts'
import type { TrialSpec } from './trial.ts'

const TRIALS = 20_000
const trials = Array.from({ length: TRIALS }, (_, trial) => trial)

/** Writes relu(W h + b), [point][unit], for all points; false if it is zero everywhere. */
function propagate(
  parameters: Parameters,
  start: number,
  layer: LayerLayout,
  h: Float64Array,
  into: Float64Array,
): boolean {
  const { inputs, outputs } = layer
  let alive = false
  for (let i = 0; i * inputs < h.length; i++) {
    for (let j = 0; j < outputs; j++) {
      let z = parameters[start + layer.biases + j]!
      for (let k = 0; k < inputs; k++) z += parameters[start + layer.weights + j * inputs + k]! * h[i * inputs + k]!
      into[i * outputs + j] = z > 0 ? z : 0
      alive ||= z > 0
    }
  }
  return alive
}

/** How many of the trials have a hidden layer that is zero at every one of the points. */
function countBornDead(spec: TrialSpec, inputs: readonly number[]): number {
  const layers = layerLayouts(networkShape(spec).sizes).slice(0, -1)
  const hidden = layers.map(({ outputs }) => new Float64Array(inputs.length * outputs))
  const buffers = [Float64Array.from(inputs), ...hidden]
  const parameters = initialParameters(spec, trials)
  const stride = parameters.length / TRIALS
  return trials.filter((trial) =>
    layers.some((layer, l) => !propagate(parameters, trial * stride, layer, buffers[l]!, buffers[l + 1]!)),
  ).length
}

const bothSigns = [-1, 1]

describe('networks born dead', () => {
  // Zero biases, one input, points of both signs. Exact: 1 - 2^-(L-2) at width 1; 5/32 and 11/256 at depth 3 and
  // widths 2 and 3, from the orthants that leave no, one or two live rays. `within` is the smallest t with
  // P(|K - n p| >= t) <= 1e-6 for binomial K, n = 20,000, by summing the binomial tails (scipy.stats.binom).
  it.each([
    { width: 1, depth: 3, p: 1 / 2, within: 347 },
    { width: 1, depth: 10, p: 1 - 2 ** -8, within: 45 },
    { width: 2, depth: 3, p: 5 / 32, within: 252 },
    { width: 3, depth: 3, p: 11 / 256, within: 141 },
  ])('are a share $p at width $width and depth $depth', ({ width, depth, p, within }) => {
    expect(Math.abs(countBornDead(exampleSpec({ width, depth }), bothSigns) - TRIALS * p)).toBeLessThan(within)
  })

  /*
   * References simulated by an independent C program. He: from the conditional law of the two rays, standard error
   * 1e-5 and 7e-5. Randomized asymmetric: 100,000 networks on 101 equispaced points of [-sqrt 3, sqrt 3]. Two-sample
   * bound of 4 standard errors, both samples' errors included: 6e-5 a statement, 4e-4 for the six.
   */
  const asymmetric = {
    initialization: { kind: 'randomized-asymmetric', outputLayer: true },
    bias: { kind: 'initialization' },
  } as const
  const line = Array.from({ length: 101 }, (_, i) => Math.sqrt(3) * (i / 50 - 1))
  it.each([
    { name: 'he-normal', width: 2, depth: 10, p: 0.87984, error: 1e-5, network: {}, inputs: bothSigns },
    { name: 'he-normal', width: 3, depth: 10, p: 0.57853, error: 7e-5, network: {}, inputs: bothSigns },
    { name: 'asymmetric', width: 2, depth: 5, p: 0.0559, error: 7.3e-4, network: asymmetric, inputs: line },
    { name: 'asymmetric', width: 2, depth: 10, p: 0.2346, error: 1.34e-3, network: asymmetric, inputs: line },
    { name: 'asymmetric', width: 3, depth: 10, p: 0.0642, error: 7.8e-4, network: asymmetric, inputs: line },
    { name: 'asymmetric', width: 4, depth: 10, p: 0.0167, error: 4.1e-4, network: asymmetric, inputs: line },
  ])('agree with a simulation of $name at width $width and depth $depth', (expected) => {
    const { width, depth, p, error, network, inputs } = expected
    const share = countBornDead(exampleSpec({ width, depth, network }), inputs) / TRIALS
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / TRIALS + error ** 2))
  })
})
