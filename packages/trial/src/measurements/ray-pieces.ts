import { at } from '../at.ts'
import type { LayerLayout, NetworkShape, Parameters } from '../network.ts'
import { layerLayouts, parameterCount } from '../network.ts'

/** @param offset of the network's first parameter */
export type CountRayPieces = (parameters: Parameters, offset: number, domain: readonly [number, number]) => number | null

/**
 * Counts the pieces of networks of one shape with one input and no hidden biases on [low, high] with 0 well inside; null of any other.
 * All their units switch at 0 and nowhere else, so that the domain is two rays. What is summed here and in which order is what
 * `AffineLine` sums for these two, to the bit, in a third of the time: a map of the born dead measures millions of such networks.
 * @param tolerance two slopes are one when they differ by no more than this, relative to max(1, the largest slope)
 */
export function rayPiecesCounter(shape: NetworkShape, tolerance: number): CountRayPieces {
  const layers = layerLayouts(shape.sizes)
  const parameterTotal = parameterCount(shape)
  const leak = shape.activation.kind === 'leaky-relu' ? shape.activation.leak : 0
  const [left, right] = [new Ray(shape.sizes, leak), new Ray(shape.sizes, leak)] as const
  return (parameters, offset, [low, high]) => {
    if (!isAroundZero(low, high, parameters) || hasHiddenBias(parameters, offset, layers)) return null
    if (!areFinite(parameters, offset, parameterTotal)) return null
    left.begin(low)
    right.begin(high)
    for (let l = 0; l < layers.length; l++) {
      const layer = layers[l] as LayerLayout
      const isOutput = l === layers.length - 1
      left.takeLayer(parameters, offset, layer, isOutput)
      right.takeLayer(parameters, offset, layer, isOutput)
      if (left.count === 0 && right.count === 0) return 1
    }
    return goStraightOn(left, right, tolerance) ? 1 : 2
  }
}

/** So far that no weight times an end rounds to 0: a line would not see the unit switch. */
function isAroundZero(low: number, high: number, parameters: Parameters): boolean {
  const smallest = parameters instanceof Float32Array ? SMALLEST_BINARY32 : Number.MIN_VALUE
  return smallest * low < 0 && smallest * high > 0
}

const SMALLEST_BINARY32 = 2 ** -149

/** An infinite weight makes a NaN of the unit that is 0: rays leave such units out. */
function areFinite(parameters: Parameters, offset: number, count: number): boolean {
  for (let i = offset; i < offset + count; i++) if (!(Math.abs(parameters[i] as number) < Infinity)) return false
  return true
}

function hasHiddenBias(parameters: Parameters, offset: number, layers: readonly LayerLayout[]): boolean {
  for (let l = 0; l < layers.length - 1; l++) {
    const { biases, outputs } = layers[l] as LayerLayout
    for (let b = offset + biases; b < offset + biases + outputs; b++) if (parameters[b] !== 0) return true
  }
  return false
}

/** Whether every output goes on behind 0 as it came. */
function goStraightOn(left: Ray, right: Ray, tolerance: number): boolean {
  let largest = 1
  let change = 0
  for (let j = 0; j < left.outputs; j++) {
    const [a, b] = [left.slopeOf(j), right.slopeOf(j)]
    largest = Math.max(largest, Math.abs(a), Math.abs(b))
    change = Math.max(change, Math.abs(b - a))
  }
  return !(change > tolerance * largest)
}

/** What a layer puts out at one end of the domain, and its slopes on the way from 0 to there: of the units that are not zero on it. */
class Ray {
  /** Units that are not zero. */
  count = 0
  /** Units of the layer. */
  outputs = 0
  private units: Int32Array
  private values: Float64Array
  private slopes: Float64Array
  private nextUnits: Int32Array
  private nextValues: Float64Array
  private nextSlopes: Float64Array
  private readonly leak: number

  constructor(sizes: readonly number[], leak: number) {
    const widest = Math.max(...sizes)
    this.units = new Int32Array(widest)
    this.values = new Float64Array(widest)
    this.slopes = new Float64Array(widest)
    this.nextUnits = new Int32Array(widest)
    this.nextValues = new Float64Array(widest)
    this.nextSlopes = new Float64Array(widest)
    this.leak = leak
  }

  /** The input, which goes from 0 to `end`. */
  begin(end: number): void {
    this.count = 1
    this.units[0] = 0
    this.values[0] = end
    this.slopes[0] = 1
  }

  /** Each sum over the units ascending, from +0. Biases are 0, or do not matter behind the last layer. */
  takeLayer(parameters: Parameters, offset: number, { inputs, outputs, weights }: LayerLayout, isOutput: boolean): void {
    const { count, leak, nextSlopes, nextUnits, nextValues, slopes, units, values } = this
    const keepsAll = isOutput || leak !== 0
    let taken = 0
    for (let j = 0, row = offset + weights; j < outputs; j++, row += inputs) {
      let value = 0
      let slope = 0
      for (let i = 0; i < count; i++) {
        const weight = parameters[row + (units[i] as number)] as number
        value += weight * (values[i] as number)
        slope += weight * (slopes[i] as number)
      }
      const isActive = isOutput || value > 0
      if (!isActive && !keepsAll) continue
      nextUnits[taken] = j
      nextValues[taken] = isActive ? value : leak * value
      nextSlopes[taken] = isActive ? slope : leak * slope
      taken++
    }
    this.count = taken
    this.outputs = outputs
    this.swap()
  }

  /** Behind the output layer, of which all units are kept. */
  slopeOf(output: number): number {
    return at(this.slopes, output)
  }

  private swap(): void {
    const { slopes, units, values } = this
    this.units = this.nextUnits
    this.values = this.nextValues
    this.slopes = this.nextSlopes
    this.nextUnits = units
    this.nextValues = values
    this.nextSlopes = slopes
  }
}
