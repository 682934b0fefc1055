import { at } from '../at.ts'
import type { NetworkShape, Parameters } from '../network.ts'
import { layerLayouts, parameterCount } from '../network.ts'
import { DisjointSets } from './disjoint-sets.ts'
import type { RectifiedNetwork } from './gradient-at.ts'
import { gradientAt } from './gradient-at.ts'
import { requireMeasurable, SLOPE_TOLERANCE } from './pieces.ts'
import type { Box } from './plane-mesh.ts'
import { edgeKey, PlaneMesh } from './plane-mesh.ts'

/** Cells smaller than this part of the box may be made by rounding; edges shorter than this part of its diagonal join nothing. */
const NEAR_TIE = 1e-12

/** By default so many cells: for a network of depth 10 and width 16 some 350 MB and a quarter of a minute. */
const MOST_CELLS = 2 ** 18

export interface PlaneOptions {
  /** Regions at which the count is given up; default 2^18. */
  readonly mostCells?: number
}

/** What a network of two inputs is on a box. */
export interface PlaneCount {
  /**
   * Maximal connected sets on which the network is affine; with near ties between `pieces - nearTies` and `pieces`. If truncated, the number of
   * different gradients that were seen: a lower bound.
   */
  readonly pieces: number
  /** Convex cells with one activation pattern; if truncated, those of the units that were counted: a lower bound. */
  readonly regions: number
  /** Regions smaller than 1e-12 of the box. */
  readonly nearTies: number
  readonly truncated: boolean
  /** Hidden layers (1, 2, ...) that are zero on the whole box, as far as that is known, ascending; none where leaky. */
  readonly zeroLayers: readonly number[]
  /** Smallest and largest value of each output on the box, [output]; if truncated, at the vertices that were found. */
  readonly outputMin: Float64Array
  readonly outputMax: Float64Array
}

/**
 * Exact affine pieces and activation regions of one network with two inputs on a box, by cutting polygons layer by layer in
 * binary64 from the stored parameters. Two regions are of one piece when they share an edge and their gradients agree
 * within 1e-9, relative to max(1, the largest); as the network is continuous, their affine functions agree then.
 * @param offset of the network's first parameter
 * @throws RangeError for a smooth activation, a normalization that is not folded and for another number of inputs
 */
export function countPlanePieces(
  shape: NetworkShape,
  parameters: Parameters,
  { box, offset = 0, mostCells = MOST_CELLS }: PlaneOptions & { readonly box: Box; readonly offset?: number },
): PlaneCount {
  requireMeasurable(shape)
  if (shape.sizes[0] !== 2) throw new RangeError(`invalid inputs: ${shape.sizes[0]} (a box needs 2)`)
  const leak = shape.activation.kind === 'leaky-relu' ? shape.activation.leak : 0
  const own = Float64Array.from(parameters.subarray(offset, offset + parameterCount(shape)))
  const network = { layers: layerLayouts(shape.sizes), leak, parameters: own }
  const mesh = new PlaneMesh(shape.sizes, box, mostCells)
  const zeroLayers = propagate(mesh, network)
  const outputs = shape.sizes.at(-1) ?? 1
  const width = 2 * outputs
  const area = (box[0][1] - box[0][0]) * (box[1][1] - box[1][0])
  return {
    pieces: mesh.isTruncated ? differentRows(gradientsInside(mesh, network), width) : connectedPieces(mesh, width, box),
    regions: mesh.cells.length,
    nearTies: mesh.cells.filter(({ vertices }) => areaOf(mesh, vertices) < NEAR_TIE * area).length,
    truncated: mesh.isTruncated,
    zeroLayers,
    ...extremesOf(mesh, outputs),
  }
}

/** Takes the mesh through all layers; returns the hidden ones that are zero on it. */
function propagate(mesh: PlaneMesh, { layers, leak, parameters }: RectifiedNetwork): number[] {
  const zeroLayers: number[] = []
  for (const [l, layer] of layers.entries()) {
    mesh.applyLayer(layer, parameters)
    if (l === layers.length - 1) break
    mesh.rectify(leak)
    if (leak === 0 && !mesh.isTruncated && mesh.isZero()) zeroLayers.push(l + 1)
  }
  return zeroLayers
}

/** Gradients of the outputs in the middle of each cell, [cell][output][coordinate], where cells are not affine. */
function gradientsInside({ cells, positions }: PlaneMesh, network: RectifiedNetwork): Float64Array {
  const rows = cells.map(({ vertices }) => {
    const middle = [0, 1].map((k) => vertices.reduce((sum, v) => sum + at(positions, 2 * v + k), 0) / vertices.length)
    return gradientAt(network, Float64Array.from(middle))
  })
  const width = rows[0]?.length ?? 0
  const gradients = new Float64Array(rows.length * width)
  rows.forEach((row, c) => gradients.set(row, c * width))
  return gradients
}

/** How many rows are certainly different: a lower bound, by the gaps in the sum of their numbers with fixed weights. */
function differentRows(rows: Float64Array, width: number): number {
  const weights = Array.from({ length: width }, (_, k) => 1 / (1 + k * Math.SQRT2))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const sums = new Float64Array(rows.length / width).map((_, r) =>
    weights.reduce((sum, weight, k) => sum + weight * at(rows, r * width + k), 0),
  )
  const tolerance = total * slopeTolerance(rows)
  return sums.toSorted().reduce((count, sum, i, sorted) => count + (i > 0 && sum - at(sorted, i - 1) > tolerance ? 1 : 0), 1)
}

/** Sets of cells that are joined by edges across which the gradient does not change. */
function connectedPieces({ cells, gradients, positions }: PlaneMesh, width: number, box: Box): number {
  const tolerance = slopeTolerance(gradients)
  const shortest = NEAR_TIE * Math.hypot(box[0][1] - box[0][0], box[1][1] - box[1][0])
  const neighbours = new Map<number, number>()
  const pieces = new DisjointSets(cells.length)
  for (const [c, { vertices }] of cells.entries()) {
    for (const [i, a] of vertices.entries()) {
      const b = vertices[(i + 1) % vertices.length] ?? a
      const neighbour = neighbours.get(edgeKey(a, b))
      neighbours.set(edgeKey(a, b), c)
      if (neighbour === undefined || distance(positions, a, b) <= shortest) continue
      if (largestDifference(gradients, width, [c, neighbour]) <= tolerance) pieces.join(c, neighbour)
    }
  }
  return pieces.count
}

function slopeTolerance(gradients: Float64Array): number {
  return SLOPE_TOLERANCE * gradients.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 1)
}

function largestDifference(rows: Float64Array, width: number, [a, b]: readonly [number, number]): number {
  let largest = 0
  for (let k = 0; k < width; k++) largest = Math.max(largest, Math.abs(at(rows, a * width + k) - at(rows, b * width + k)))
  return largest
}

function distance(positions: Float64Array, a: number, b: number): number {
  return Math.hypot(at(positions, 2 * a) - at(positions, 2 * b), at(positions, 2 * a + 1) - at(positions, 2 * b + 1))
}

/** Half the sum of the cross products around a cell, taken from one of its vertices. */
function areaOf({ positions }: PlaneMesh, vertices: readonly number[]): number {
  const origin = vertices[0] ?? 0
  const x = (v: number): number => at(positions, 2 * v) - at(positions, 2 * origin)
  const y = (v: number): number => at(positions, 2 * v + 1) - at(positions, 2 * origin + 1)
  return vertices.reduce((area, v, i) => {
    const next = vertices[(i + 1) % vertices.length] ?? v
    return area + (x(v) * y(next) - x(next) * y(v)) / 2
  }, 0)
}

function extremesOf({ count, stride, values }: PlaneMesh, outputs: number): Pick<PlaneCount, 'outputMin' | 'outputMax'> {
  const outputMin = new Float64Array(outputs).fill(Number.POSITIVE_INFINITY)
  const outputMax = new Float64Array(outputs).fill(Number.NEGATIVE_INFINITY)
  for (let v = 0; v < count; v++) {
    for (let j = 0; j < outputs; j++) {
      outputMin[j] = Math.min(at(outputMin, j), at(values, v * stride + j))
      outputMax[j] = Math.max(at(outputMax, j), at(values, v * stride + j))
    }
  }
  return { outputMin, outputMax }
}
