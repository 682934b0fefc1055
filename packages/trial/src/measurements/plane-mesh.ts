import { at } from '../at.ts'
import type { LayerLayout } from '../network.ts'
import type { Cut, PlaneCell } from './split-cell.ts'
import { isCut, splitCell } from './split-cell.ts'

/** An axis-parallel rectangle: [low, high] of each of two inputs. */
export type Box = readonly [readonly [number, number], readonly [number, number]]

/**
 * A value this small beside what it was summed from is taken for the 0 that it would be without rounding: some five hundred times the
 * rounding of one operation. So lines through one point meet in one vertex, and equal lines cut once.
 */
const ROUNDING = 2 ** -43

const FIRST_CAPACITY = 64

/** Two vertices as one number, whichever comes first; exact below 2^26 vertices. */
const EDGE_BASE = 2 ** 26

/**
 * A layer's outputs on a rectangle: convex cells on which they are affine. What cells have in common, vertices and edges, exists once:
 * a unit's sign at a vertex is the same for all cells around it, and an edge is cut at one place for both its cells. So the mesh has no
 * holes and no overlaps whatever rounding does, and cells are neighbours exactly if they have an edge in common.
 */
export class PlaneMesh {
  /** Its cells; each lists its vertices counterclockwise. */
  cells: PlaneCell[]
  /** Number of vertices. */
  count = 4
  /** Places of the vertices, [vertex][coordinate]. */
  positions = new Float64Array(2 * FIRST_CAPACITY)
  /** Outputs of the last layer at the vertices, [vertex][unit], `stride` apart. */
  values: Float64Array
  /** Their gradients, [origin of a cell][unit][coordinate]. */
  gradients: Float64Array
  /** Whether cutting stopped for the number of cells: the mesh is then coarser than the network, and `gradients` mean nothing. */
  isTruncated = false
  readonly stride: number

  private units = 2
  private readonly mostCells: number
  /** Below this a value is a 0 with rounding, [unit]. */
  private tolerances: Float64Array = new Float64Array(2)

  /** @param sizes of the network's layers, from 2 inputs on */
  constructor(sizes: readonly number[], [[left, right], [bottom, top]]: Box, mostCells: number) {
    this.stride = Math.max(...sizes)
    this.mostCells = mostCells
    this.positions.set([left, bottom, right, bottom, right, top, left, top])
    this.values = new Float64Array(FIRST_CAPACITY * this.stride)
    for (let v = 0; v < 4; v++) this.values.set(this.positions.subarray(2 * v, 2 * v + 2), v * this.stride)
    this.gradients = Float64Array.of(1, 0, 0, 1)
    this.cells = [{ vertices: [0, 1, 2, 3], origin: 0 }]
  }

  /** Applies one affine layer. @param parameters of the whole network, [parameter] */
  applyLayer(layer: LayerLayout, parameters: Float64Array): void {
    this.tolerances = this.tolerancesOf(layer, parameters)
    this.applyToVertices(layer, parameters)
    this.gradients = multiplyGradients(this.gradients, layer, parameters)
    this.units = layer.outputs
  }

  /** Applies relu, or a leaky relu of slope `leak` below 0, cutting the cells in which a unit changes its sign. */
  rectify(leak: number): void {
    for (let j = 0; j < this.units && !this.isTruncated; j++) this.cutBy(j)
    this.maskGradients(leak)
    for (let v = 0, row = 0; v < this.count; v++, row += this.stride) {
      for (let j = row; j < row + this.units; j++) {
        const z = at(this.values, j)
        this.values[j] = z > 0 ? z : leak === 0 ? 0 : leak * z
      }
    }
  }

  /** Whether the last layer is 0 at all vertices and so, unless truncated, everywhere. */
  isZero(): boolean {
    for (let v = 0; v < this.count; v++) {
      for (let j = 0; j < this.units; j++) if (at(this.values, v * this.stride + j) !== 0) return false
    }
    return true
  }

  /** What rounding may leave of a 0 in each unit of a layer, from the largest terms of its sum anywhere. */
  private tolerancesOf({ biases, inputs, outputs, weights }: LayerLayout, parameters: Float64Array): Float64Array {
    const largest = new Float64Array(inputs)
    for (let v = 0, row = 0; v < this.count; v++, row += this.stride) {
      for (let k = 0; k < inputs; k++) largest[k] = Math.max(at(largest, k), Math.abs(at(this.values, row + k)))
    }
    return Float64Array.from({ length: outputs }, (_, j) => {
      let sum = Math.abs(at(parameters, biases + j))
      for (let k = 0; k < inputs; k++) sum += Math.abs(at(parameters, weights + j * inputs + k)) * at(largest, k)
      return ROUNDING * sum
    })
  }

  private applyToVertices({ biases, inputs, outputs, weights }: LayerLayout, parameters: Float64Array): void {
    const received = new Float64Array(inputs)
    for (let v = 0, row = 0; v < this.count; v++, row += this.stride) {
      received.set(this.values.subarray(row, row + inputs))
      for (let j = 0; j < outputs; j++) {
        let z = at(parameters, biases + j)
        for (let k = 0; k < inputs; k++) z += at(parameters, weights + j * inputs + k) * at(received, k)
        this.putValue(row, j, z)
      }
    }
  }

  private putValue(row: number, unit: number, z: number): void {
    this.values[row + unit] = Math.abs(z) <= at(this.tolerances, unit) ? 0 : z
  }

  /** Cuts all cells that a unit divides, or none where they would be too many. */
  private cutBy(unit: number): void {
    const cuts = new Map<number, number>()
    const cut: Cut = {
      signs: Int8Array.from({ length: this.count }, (_, vertex) => Math.sign(at(this.values, vertex * this.stride + unit))),
      cutEdge: (a, b) => {
        const edge = edgeKey(a, b)
        const vertex = cuts.get(edge) ?? this.addVertex(a, b, unit)
        cuts.set(edge, vertex)
        return vertex
      },
    }
    const divided = this.cells.reduce((count, cell) => count + (isCut(cell, cut) ? 1 : 0), 0)
    this.isTruncated = this.cells.length + divided > this.mostCells
    if (divided > 0 && !this.isTruncated) this.cells = this.cells.flatMap((cell) => splitCell(cell, cut))
  }

  /** Cuts the edge from `a` to `b` where `unit` is 0; returns the new vertex. */
  private addVertex(a: number, b: number, unit: number): number {
    const vertex = this.count++
    this.reserve(this.count)
    const { positions, stride, values } = this
    const z = at(values, a * stride + unit)
    const t = z / (z - at(values, b * stride + unit))
    const between = (from: number, to: number): number => from + t * (to - from)
    for (let k = 0; k < 2; k++) positions[2 * vertex + k] = between(at(positions, 2 * a + k), at(positions, 2 * b + k))
    for (let j = 0; j < this.units; j++) {
      this.putValue(vertex * stride, j, between(at(values, a * stride + j), at(values, b * stride + j)))
    }
    values[vertex * stride + unit] = 0
    return vertex
  }

  /** Gives every cell a row of its own, with the units that are positive in it. */
  private maskGradients(leak: number): void {
    const { gradients, units } = this
    const masked = new Float64Array(this.cells.length * units * 2)
    this.cells = this.cells.map(({ origin, vertices }, c) => {
      for (let j = 0; j < units; j++) {
        const slope = this.isPositive(vertices, j) ? 1 : leak
        const from = 2 * (origin * units + j)
        const to = 2 * (c * units + j)
        masked[to] = slope === 0 ? 0 : slope * at(gradients, from)
        masked[to + 1] = slope === 0 ? 0 : slope * at(gradients, from + 1)
      }
      return { origin: c, vertices }
    })
    this.gradients = masked
  }

  /** Whether a unit is positive in a cell: by the vertex farthest from where it is 0. */
  private isPositive(vertices: readonly number[], unit: number): boolean {
    let farthest = 0
    for (const vertex of vertices) {
      const z = at(this.values, vertex * this.stride + unit)
      if (Math.abs(z) > Math.abs(farthest)) farthest = z
    }
    return farthest > 0
  }

  private reserve(vertices: number): void {
    if (2 * vertices <= this.positions.length) return
    this.positions = doubled(this.positions)
    this.values = doubled(this.values)
  }
}

/** W times the gradients of each row, [row][unit][coordinate]. Hot, and so indexed directly; a closed unit, of gradient 0, adds nothing. */
function multiplyGradients(from: Float64Array, layer: LayerLayout, parameters: Float64Array): Float64Array {
  const { inputs, outputs, weights } = layer
  const into = new Float64Array((from.length / inputs) * outputs)
  for (let row = 0, out = 0; row < from.length; row += 2 * inputs, out += 2 * outputs) {
    for (let k = 0; k < inputs; k++) {
      const x = from[row + 2 * k] as number
      const y = from[row + 2 * k + 1] as number
      if (x === 0 && y === 0) continue
      for (let j = 0; j < outputs; j++) {
        const weight = parameters[weights + j * inputs + k] as number
        into[out + 2 * j] = (into[out + 2 * j] as number) + weight * x
        into[out + 2 * j + 1] = (into[out + 2 * j + 1] as number) + weight * y
      }
    }
  }
  return into
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(2 * values.length)
  copy.set(values)
  return copy
}

/** Names an edge by its ends, whichever comes first. */
export function edgeKey(a: number, b: number): number {
  return Math.min(a, b) * EDGE_BASE + Math.max(a, b)
}
