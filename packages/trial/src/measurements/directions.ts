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
  return layerDirections({ shape, layers, own: ownParameters(shape, parameters, offset) }, 0, points)
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
  let received = points
  return layers.slice(0, -1).map((layer, l) => {
    const directions = layerDirections(network, l, received)
    received = activationsOf(network, layer, received)
    return directions
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

/** @param received what layer `l` receives, [point][unit] */
function layerDirections(network: Layers, l: number, received: Float64Array): Directions {
  const layer = network.layers[l]
  if (layer === undefined) throw new RangeError(`invalid layer: ${l}`)
  const rows = incomingRows(network.own, layer)
  const amplitudes = amplitudesOf(rows, network.own, network.layers[l + 1])
  const largest = amplitudes.reduce((most, amplitude) => Math.max(most, Math.abs(amplitude)), 0)
  const units = rows.map((row, j): UnitDirection => {
    const amplitude = amplitudes[j] ?? 0
    const isNegligible = !(Math.abs(amplitude) >= NEGLIGIBLE_AMPLITUDE * largest && amplitude !== 0)
    const kind = kindOnPoints(row, network.shape, received) ?? (isNegligible ? 'negligible' : 'kept')
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

/** The values of a layer's units behind their activation, [point][unit]. */
function activationsOf({ own, shape }: Layers, { biases, inputs, outputs, weights }: LayerLayout, received: Float64Array): Float64Array {
  const activation = activationOf(shape.activation)
  return Float64Array.from({ length: (received.length / inputs) * outputs }, (_, i) => {
    const j = i % outputs
    const point = ((i - j) / outputs) * inputs
    let z = at(own, biases + j)
    for (let k = 0; k < inputs; k++) z += at(own, weights + j * inputs + k) * at(received, point + k)
    return activation.value(z)
  })
}

/** `dead` or `linear` where what the unit receives, [point][unit], leaves no kink; null otherwise. */
function kindOnPoints(row: readonly number[], { activation }: NetworkShape, received: Float64Array): UnitKind | null {
  if (activation.kind !== 'relu' && activation.kind !== 'leaky-relu') return null
  const inputs = row.length - 1
  let isOpen = false
  let isShut = false
  for (let i = 0; i < received.length; i += inputs) {
    let z = 0
    for (let k = 0; k < inputs; k++) z += (row[k] ?? 0) * at(received, i + k)
    if (z + (row[inputs] ?? 0) > 0) isOpen = true
    else isShut = true
  }
  if (!isShut) return 'linear'
  if (isOpen) return null
  return activation.kind === 'relu' ? 'dead' : 'linear'
}
