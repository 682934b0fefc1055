import type { LayerLayout } from '../network.ts'
import { layerLayouts } from '../network.ts'
import type { TrialSpec } from '../trial.ts'
import { laneNetworks } from './lane-network.ts'
import { logSpacedSteps, momentLabel } from './log-spaced-steps.ts'
import type { MeasurementSet } from './measurement-set.ts'

/** Reciprocals of changes near the least subnormal numbers would be infinite. */
const LARGEST = 2 ** 127

/**
 * How far biases move in one update, which the bound on pieces under noise of relative size divides by. 6 H bytes a trial, H hidden
 * layers, for each of the updates after 0, 1, 3, 10, 30, ... steps.
 * @source C. Karner, V. Kazeev, P. C. Petersen (2024), assumption A and theorem 3.4, arXiv:2210.00805
 */
export const updates: MeasurementSet = {
  name: 'updates',
  version: 1,
  summary: 'mean of 1 / |change of a bias| and units at rest, by hidden layer, in the updates after 0, 1, 3, 10, 30, ... steps',
  applies: ({ depth, network, training }) => {
    if (depth === 1) return 'no hidden layer: depth is 1'
    const { normalization } = network
    if (normalization !== undefined) return `no kink moves with its bias: ${normalization} normalization stands between`
    return training.steps > 1 || `no update before the last to look at: steps is ${training.steps}`
  },
  observes: (spec) => [...new Set(updateMoments(spec).flatMap((step) => [step, step + 1]))],
  columns: (spec) => {
    const moments = updateMoments(spec)
    const labels = moments.flatMap((step) => Array.from({ length: spec.depth - 1 }, (_, l) => `layer ${l + 1}, ${momentLabel(step)}`))
    const each = { size: labels.length, labels }
    const at = `of the updates after steps ${moments.join(', ')}`
    return [
      {
        name: 'meanReciprocal',
        type: 'f32',
        ...each,
        meaning: `[moment][hidden layer] mean of 1 / |change|, at most 2^127, over the biases that change; NaN if none does or diverged; ${at}`,
      },
      { name: 'resting', type: 'u16', ...each, meaning: `[moment][hidden layer] biases that do not change; all if diverged; ${at}` },
    ]
  },
  measure: ({ batch, observed, spec }) => {
    const hidden = layerLayouts(batch.shape.sizes).slice(0, -1)
    const moments = updateMoments(spec)
    const networksAt = new Map(updates.observes(spec).map((step, i) => [step, observed[i] && laneNetworks(batch, observed[i])]))
    const changes = Array.from(batch.trials, (_, lane) =>
      moments.flatMap((step) => {
        const [before, after] = [step, step + 1].map((moment) => networksAt.get(moment)?.(lane)?.parameters)
        return hidden.map((layer) => changeOf(layer, before, after))
      }),
    ).flat()
    return [
      Float32Array.from(changes, ({ meanReciprocal }) => meanReciprocal),
      Uint16Array.from(changes, ({ resting }) => resting),
    ]
  },
}

/** Numbers of steps after which the set looks at an update, which is over before the last step: 0, 1, 3, 10, 30, ... */
export function updateMoments({ training }: TrialSpec): number[] {
  return [0, ...logSpacedSteps(training.steps - 1)]
}

interface Change {
  readonly meanReciprocal: number
  readonly resting: number
}

/** What an update does to the biases of one layer; networks that diverged have no parameters. */
function changeOf({ biases, outputs }: LayerLayout, before: Float64Array | undefined, after: Float64Array | undefined): Change {
  if (before === undefined || after === undefined) return { meanReciprocal: Number.NaN, resting: outputs }
  const starts = before.subarray(biases, biases + outputs)
  const moved = Array.from(starts, (bias, unit) => Math.abs((after[biases + unit] ?? Number.NaN) - bias)).filter((change) => change !== 0)
  const sum = moved.reduce((total, change) => total + Math.min(LARGEST, 1 / change), 0)
  return { meanReciprocal: moved.length === 0 ? Number.NaN : sum / moved.length, resting: outputs - moved.length }
}
