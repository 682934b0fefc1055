import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import type { NetworkShape } from '../network.ts'
import { fillNormals } from '../random/normal.ts'
import type { StreamKey } from '../random/philox.ts'
import { fillUniforms } from '../random/uniform.ts'
import { lineMeasurer } from './pieces.ts'

/** Segments between two points of the data, and through their mean. */
const PAIRS = 100
const DIRECTIONS = 20

export type Segment = readonly [Float64Array, Float64Array]

/** Where networks of many inputs are looked at: the same for all trials of a cell. */
export interface Segments {
  /** Between random pairs of different points of the data; those that coincide are left out. */
  readonly pairs: readonly Segment[]
  /** Random directions through the mean of the data, as far to both sides as the farthest point. */
  readonly directions: readonly Segment[]
}

/** @param key of the cell's stream `segments`: pairs are uniforms of its tensor 0, directions normals of its tensor 1, of trial 0 */
export function segmentsOf(points: TrainingPoints, key: StreamKey): Segments {
  const { count, inputDim, inputs } = points
  const uniforms = new Float64Array(2 * PAIRS)
  fillUniforms(uniforms, uniforms.length, { key, trial: 0, tensor: 0 })
  const pairs = Array.from({ length: PAIRS }, (_, i): Segment => {
    const p = Math.min(count - 1, Math.floor(at(uniforms, 2 * i) * count))
    // any of the others
    const q = (p + 1 + Math.min(count - 2, Math.floor(at(uniforms, 2 * i + 1) * (count - 1)))) % count
    return [inputs.slice(p * inputDim, (p + 1) * inputDim), inputs.slice(q * inputDim, (q + 1) * inputDim)]
  })
  return { pairs: pairs.filter((segment) => lengthOf(segment) > 0), directions: directionsThroughMean(points, key) }
}

/**
 * Affine pieces per unit of length and per hidden unit, all segments together (the law of Hanin and Rolnick 2019, arXiv 1901.09021, is
 * that this does not depend on the depth at initialization). NaN without segments.
 * @param shape piecewise affine, without normalization
 * @throws RangeError beyond 2^22 breakpoints
 */
export function piecesPerLength(shape: NetworkShape, parameters: Float64Array, segments: readonly Segment[]): number {
  const measurer = lineMeasurer(shape)
  const units = shape.sizes.slice(1, -1).reduce((sum, size) => sum + size, 0)
  const pieces = segments.reduce((sum, [p, q]) => sum + measurer.onSegment(parameters, 0, p, q).pieces, 0)
  return pieces / segments.reduce((sum, segment) => sum + lengthOf(segment), 0) / units
}

function directionsThroughMean({ count, inputDim, inputs }: TrainingPoints, key: StreamKey): Segment[] {
  const mean = new Float64Array(inputDim)
  inputs.forEach((x, i) => {
    mean[i % inputDim] = at(mean, i % inputDim) + x / count
  })
  const distances = Array.from({ length: count }, (_, i) => lengthOf([mean, inputs.subarray(i * inputDim, (i + 1) * inputDim)]))
  const radius = distances.reduce((largest, distance) => Math.max(largest, distance), 0)
  const normals = new Float64Array(DIRECTIONS * inputDim)
  fillNormals(normals, normals.length, { key, trial: 0, tensor: 1 })
  return Array.from({ length: DIRECTIONS }, (_, i): Segment => {
    const direction = normals.subarray(i * inputDim, (i + 1) * inputDim)
    const step = radius / Math.hypot(...direction)
    return [mean.map((x, k) => x - step * at(direction, k)), mean.map((x, k) => x + step * at(direction, k))]
  })
}

function lengthOf([p, q]: Segment): number {
  return Math.hypot(...p.map((x, k) => at(q, k) - x))
}
