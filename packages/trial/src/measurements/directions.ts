import { activationOf } from '../activations/index.ts'
import { at } from '../at.ts'
import type { LayerLayout, NetworkShape, Parameters } from '../network.ts'
import { affineParameterCount, layerLayouts } from '../network.ts'
import type { DirectionClusters } from './direction-clusters.ts'
import { CLUSTER_ANGLES, clustersOf } from './direction-clusters.ts'

/** A unit whose amplitude is below so much of the largest does not count. */
const NEGLIGIBLE_AMPLITUDE = 0.01

/**
 * `dead`: zero on all points. `linear`: on one side of its kink for all points, so that all such units act alike.
 * `negligible`: an amplitude under 1% of the largest. `kept`: the others, which are clustered.
 */
export type UnitKind = 'dead' | 'linear' | 'negligible' | 'kept'

/** One unit of a hidden layer, u = (w, b). */
export interface UnitDirection {
  readonly kind: UnitKind
  /** u / ||u||, [w_1, ..., w_d, b], d the number of the layer's inputs; zeros for u = 0. */
  readonly direction: readonly number[]
  /** a ||u||, a the weight by which the unit goes on; with several such weights a is their Euclidean norm. */
  readonly amplitude: number
}

export interface Directions {
  readonly units: readonly UnitDirection[]
  readonly dead: number
  readonly linear: number
  readonly negligible: number
  /** Of the kept units, for each angle. */
  readonly clusters: readonly DirectionClusters[]
}

/**
 * Directions of the first hidden layer (Maennel, Bousquet, Gelly 2018, arXiv 1803.08367). For a positively homogeneous
 * activation the pair (amplitude, direction) is what a unit is, however it is scaled. Only relu and leaky-relu have a
 * kink, so only their units can be dead (relu) or linear.
 * @param shape without normalization: one of batches has to be folded first
 * @param offset of the network's first parameter
 * @param points [point][coordinate]; as units are affine, a polytope's vertices stand for all of it
 */
export function firstLayerDirections(
  shape: NetworkShape,
  parameters: Parameters,
  offset: number,
  points: Float64Array,
): Directions {
  const layers = layerLayouts(shape.sizes).slice(0, 2)
  const own = ownParameters(shape, parameters, offset)
  const values = layers.slice(0, 1).map((layer) => affineValues(own, layer, points))
  return layerDirections({ shape, layers, own }, 0, values[0] ?? points)
}

/**
 * The same of every hidden layer, [hidden layer]: the directions of a deeper one are those of its units in the space of the units below, whose
 * values at the points decide what is dead or linear. Only the directions of the first layer are a geometry of the data.
 */
export function hiddenDirections(
  shape: NetworkShape,
  parameters: Parameters,
  offset: number,
  points: Float64Array,
): Directions[] {
  const layers = layerLayouts(shape.sizes)
  const network = { shape, layers, own: ownParameters(shape, parameters, offset) }
  const activation = activationOf(shape.activation)
  let received = points
  return layers.slice(0, -1).map((layer, l) => {
    const values = affineValues(network.own, layer, received)
    received = values.map(activation.value)
    return layerDirections(network, l, values)
  })
}

interface Layers {
  readonly shape: NetworkShape
  readonly layers: readonly LayerLayout[]
  /** [parameter] */
  readonly own: Float64Array
}

function ownParameters({ sizes }: NetworkShape, parameters: Parameters, offset: number): Float64Array {
  return Float64Array.from(parameters.subarray(offset, offset + affineParameterCount(sizes)))
}

/** @param values z of layer `l` at the points, [point][unit] */
function layerDirections(network: Layers, l: number, values: Float64Array): Directions {
  const layer = network.layers[l]
  if (layer === undefined) throw new RangeError(`invalid layer: ${l}`)
  const rows = incomingRows(network.own, layer)
  const amplitudes = amplitudesOf(rows, network.own, network.layers[l + 1])
  const largest = amplitudes.reduce((most, amplitude) => Math.max(most, Math.abs(amplitude)), 0)
  const units = rows.map((row, j): UnitDirection => {
    const amplitude = amplitudes[j] ?? 0
    const isNegligible = !(Math.abs(amplitude) >= NEGLIGIBLE_AMPLITUDE * largest && amplitude !== 0)
    const kind = kindOnPoints(values.subarray(j), layer.outputs, network.shape) ?? (isNegligible ? 'negligible' : 'kept')
    const norm = Math.hypot(...row)
    return { kind, direction: row.map((element) => (norm === 0 ? 0 : element / norm)), amplitude }
  })
  const kept = units.filter(({ kind }) => kind === 'kept')
  return {
    units,
    dead: units.filter(({ kind }) => kind === 'dead').length,
    linear: units.filter(({ kind }) => kind === 'linear').length,
    negligible: units.filter(({ kind }) => kind === 'negligible').length,
    clusters: CLUSTER_ANGLES.map((angle) => clustersOf(kept, angle)),
  }
}

/** u = (w, b) of every unit of a layer. */
function incomingRows(own: Float64Array, { biases, inputs, outputs, weights }: LayerLayout): number[][] {
  return Array.from({ length: outputs }, (_, j) => {
    const row = weights + j * inputs
    return [...own.subarray(row, row + inputs), at(own, biases + j)]
  })
}

function amplitudesOf(rows: readonly (readonly number[])[], own: Float64Array, next: LayerLayout | undefined): number[] {
  return rows.map((row, k) => {
    if (next === undefined) return Math.hypot(...row)
    const { inputs, outputs, weights } = next
    const outgoing = Array.from({ length: outputs }, (_, j) => at(own, weights + j * inputs + k))
    return Math.hypot(...row) * (outputs === 1 ? (outgoing[0] ?? 0) : Math.hypot(...outgoing))
  })
}

/** z of a layer at the points, [point][unit]. Hot, and so indexed directly. @param received [point][unit of the layer below] */
function affineValues(own: Float64Array, { biases, inputs, outputs, weights }: LayerLayout, received: Float64Array): Float64Array {
  const values = new Float64Array((received.length / inputs) * outputs)
  for (let row = 0, i = 0; row < received.length; row += inputs) {
    for (let j = 0, w = weights; j < outputs; j++, i++) {
      let z = own[biases + j] as number
      for (let k = 0; k < inputs; k++, w++) z += (own[w] as number) * (received[row + k] as number)
      values[i] = z
    }
  }
  return values
}

/** `dead` or `linear` where the values of a unit, the first and every `stride`-th on, leave no kink; null otherwise. */
function kindOnPoints(values: Float64Array, stride: number, { activation }: NetworkShape): UnitKind | null {
  if (activation.kind !== 'relu' && activation.kind !== 'leaky-relu') return null
  let isOpen = false
  let isShut = false
  for (let i = 0; i < values.length && !(isOpen && isShut); i += stride) {
    if (at(values, i) > 0) isOpen = true
    else isShut = true
  }
  if (!isShut) return 'linear'
  if (isOpen) return null
  return activation.kind === 'relu' ? 'dead' : 'linear'
}
