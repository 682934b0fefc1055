import { at } from '../at.ts'
import type { NetworkShape, Parameters } from '../network.ts'
import { layerLayouts } from '../network.ts'

/** Angles, in degrees, below which directions are one: after gradient descent, after SGD or Adam, during alignment. */
export const CLUSTER_ANGLES = [2, 5, 10] as const

/** A unit whose amplitude is below so much of the largest does not count. */
const NEGLIGIBLE_AMPLITUDE = 0.01

/**
 * `dead`: zero on all points. `linear`: on one side of its kink for all points, so that all such units act alike.
 * `negligible`: an amplitude under 1% of the largest. `kept`: the others, which are clustered.
 */
export type UnitKind = 'dead' | 'linear' | 'negligible' | 'kept'

/** One unit of the first hidden layer, u = (w, b). */
export interface UnitDirection {
  readonly kind: UnitKind
  /** u / ||u||, [w_1, ..., w_d, b]; zeros for u = 0. */
  readonly direction: readonly number[]
  /** a ||u||, a the weight by which the unit goes on; with several such weights a is their Euclidean norm. */
  readonly amplitude: number
}

export interface DirectionClusters {
  /** Degrees. */
  readonly angle: (typeof CLUSTER_ANGLES)[number]
  readonly clusters: number
  /** Entropy, in nats, of the clusters' shares of the sum of |amplitude|. */
  readonly entropy: number
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
  const amplitudes = amplitudesOf(shape, parameters, offset)
  const largest = Math.max(...amplitudes.map(Math.abs))
  const units = incomingRows(shape, parameters, offset).map((row, j): UnitDirection => {
    const amplitude = amplitudes[j] ?? 0
    const isNegligible = !(Math.abs(amplitude) >= NEGLIGIBLE_AMPLITUDE * largest && amplitude !== 0)
    const kind = kindOnPoints(row, shape, points) ?? (isNegligible ? 'negligible' : 'kept')
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

/** u = (w, b) of every unit of the first layer. */
function incomingRows({ sizes }: NetworkShape, parameters: Parameters, offset: number): number[][] {
  const layer = layerLayouts(sizes)[0]
  if (layer === undefined) return []
  const { biases, inputs, outputs, weights } = layer
  return Array.from({ length: outputs }, (_, j) => {
    const row = offset + weights + j * inputs
    return [...parameters.subarray(row, row + inputs), parameters[offset + biases + j] ?? 0]
  })
}

function amplitudesOf(shape: NetworkShape, parameters: Parameters, offset: number): number[] {
  const next = layerLayouts(shape.sizes)[1]
  return incomingRows(shape, parameters, offset).map((row, k) => {
    if (next === undefined) return Math.hypot(...row)
    const { inputs, outputs, weights } = next
    const outgoing = Array.from({ length: outputs }, (_, j) => parameters[offset + weights + j * inputs + k] ?? 0)
    return Math.hypot(...row) * (outputs === 1 ? (outgoing[0] ?? 0) : Math.hypot(...outgoing))
  })
}

/** `dead` or `linear` where the points leave no kink; null otherwise. */
function kindOnPoints(
  row: readonly number[],
  { activation, sizes }: NetworkShape,
  points: Float64Array,
): UnitKind | null {
  if (activation.kind !== 'relu' && activation.kind !== 'leaky-relu') return null
  const inputDim = sizes[0] ?? 1
  const signs = Array.from({ length: points.length / inputDim }, (_, i) =>
    row.reduce((z, weight, k) => z + (k === inputDim ? weight : weight * at(points, i * inputDim + k)), 0),
  ).map((z) => z > 0)
  if (signs.every((isPositive) => isPositive)) return 'linear'
  if (signs.includes(true)) return null
  return activation.kind === 'relu' ? 'dead' : 'linear'
}

/** Single linkage: units are of one cluster when a chain of steps of at most `angle` leads from one to the other. */
function clustersOf(units: readonly UnitDirection[], angle: (typeof CLUSTER_ANGLES)[number]): DirectionClusters {
  const clusters: UnitDirection[][] = []
  const left = new Set(units)
  for (const seed of units) {
    if (!left.delete(seed)) continue
    const cluster = [seed]
    for (const member of cluster) {
      for (const unit of left) {
        if (degreesBetween(member.direction, unit.direction) > angle) continue
        left.delete(unit)
        cluster.push(unit)
      }
    }
    clusters.push(cluster)
  }
  return { angle, clusters: clusters.length, entropy: entropyOf(clusters) }
}

/** 2 atan2(||u - v||, ||u + v||), exact at small angles where the arc cosine is not (Kahan). */
function degreesBetween(u: readonly number[], v: readonly number[]): number {
  const difference = Math.hypot(...u.map((element, k) => element - (v[k] ?? 0)))
  const sum = Math.hypot(...u.map((element, k) => element + (v[k] ?? 0)))
  return (2 * Math.atan2(difference, sum) * 180) / Math.PI
}

function entropyOf(clusters: readonly (readonly UnitDirection[])[]): number {
  const weights = clusters.map((units) => units.reduce((sum, { amplitude }) => sum + Math.abs(amplitude), 0))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.reduce((entropy, weight) => entropy - (weight / total) * Math.log(weight / total), 0)
}
