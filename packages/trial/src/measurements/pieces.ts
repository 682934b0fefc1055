import { at } from '../at.ts'
import type { LayerLayout, NetworkShape, Parameters } from '../network.ts'
import { layerLayouts, parameterCount } from '../network.ts'
import { AffineLine } from './affine-line.ts'
import { rayPiecesCounter } from './ray-pieces.ts'

/** Two slopes are one when they differ by no more than this, relative to max(1, the largest slope). */
export const SLOPE_TOLERANCE = 1e-9

/** Intervals shorter than this part of the domain may be made by rounding. */
const NEAR_TIE = 1e-12

export interface PieceCount {
  /** Maximal intervals on which the network is affine; between `pieces - nearTies` and `pieces` for certain. */
  readonly pieces: number
  /** Intervals with one activation pattern. */
  readonly regions: number
  /** Regions shorter than 1e-12 of the domain. */
  readonly nearTies: number
  /** Length of the shortest region, in units of the input. */
  readonly minGap: number
}

/** What a network is along a line; see `LineMeasurer`. */
export interface LineMeasurement extends PieceCount {
  /** Hidden layers (1, 2, ...) that are zero on the whole line, ascending; none where leaky. */
  readonly zeroLayers: readonly number[]
  /** Smallest and largest value of each output on the line, [output]. */
  readonly outputMin: Float64Array
  readonly outputMax: Float64Array
}

/** Measures networks of one shape; its arrays are reused from call to call. */
export interface LineMeasurer {
  /** Pieces on the interval `domain` of a network of one input. @param offset of its first parameter */
  onDomain(parameters: Parameters, offset: number, domain: readonly [number, number]): LineMeasurement
  /** The number of pieces alone. Goes no further than to a layer that is zero everywhere: behind it all is constant. */
  piecesOnDomain(parameters: Parameters, offset: number, domain: readonly [number, number]): number
  /** The same from point `p` to point `q`, by arc length, for any number of inputs. */
  onSegment(parameters: Parameters, offset: number, p: Float64Array, q: Float64Array): LineMeasurement
}

/**
 * Whether pieces are defined at all: hidden units affine on both sides of 0. A batch normalization is affine once its
 * statistics are those of the training points, and is to be folded (`foldBatchNormalization`) before measuring; a layer
 * normalization divides by what depends on the input.
 */
export function isPiecewiseAffine({ activation, normalization }: NetworkShape): boolean {
  return normalization !== 'layer' && (activation.kind === 'relu' || activation.kind === 'leaky-relu')
}

/**
 * Exact affine pieces and activation regions of one network with one input on [low, high], by propagation of
 * breakpoints in binary64 from the stored parameters. For many networks of one shape use `lineMeasurer`.
 * @throws RangeError for a smooth activation or beyond 2^22 breakpoints
 */
export function countPieces(
  shape: NetworkShape,
  parameters: Parameters,
  offset: number,
  domain: readonly [number, number],
): PieceCount {
  const { pieces, regions, nearTies, minGap } = lineMeasurer(shape).onDomain(parameters, offset, domain)
  return { pieces, regions, nearTies, minGap }
}

/** The same on the segment from `p` to `q`, [coordinate]. */
export function countSegmentPieces(
  shape: NetworkShape,
  parameters: Parameters,
  offset: number,
  [p, q]: readonly [Float64Array, Float64Array],
): PieceCount {
  const { pieces, regions, nearTies, minGap } = lineMeasurer(shape).onSegment(parameters, offset, p, q)
  return { pieces, regions, nearTies, minGap }
}

/** @throws RangeError for a smooth activation, and for a normalization: one of batches has to be folded first */
export function lineMeasurer(shape: NetworkShape): LineMeasurer {
  requireMeasurable(shape)
  const network = {
    layers: layerLayouts(shape.sizes),
    leak: shape.activation.kind === 'leaky-relu' ? shape.activation.leak : 0,
    parameters: new Float64Array(parameterCount(shape)),
  }
  const line = new AffineLine(shape.sizes)
  const rayPieces = rayPiecesCounter(shape, SLOPE_TOLERANCE)
  const ends = [new Float64Array(1), new Float64Array(1)] as const
  const load = (parameters: Parameters, offset: number): void => {
    const { parameters: own } = network
    for (let i = 0; i < own.length; i++) own[i] = parameters[offset + i] ?? Number.NaN
  }
  const begin = ([low, high]: readonly [number, number]): void => {
    ends[0][0] = low
    ends[1][0] = high
    line.begin(low, high, ...ends)
  }
  return {
    onDomain(parameters, offset, domain) {
      load(parameters, offset)
      begin(domain)
      return measured(line, network, propagate(line, network, firstRoots(network)))
    },
    piecesOnDomain(parameters, offset, domain) {
      const onRays = rayPieces(parameters, offset, domain)
      if (onRays !== null) return onRays
      load(parameters, offset)
      begin(domain)
      if (isConstant(line, network, firstRoots(network))) return 1
      return countSlopes(line, network.layers.at(-1)?.outputs ?? 0)
    },
    onSegment(parameters, offset, p, q) {
      load(parameters, offset)
      line.begin(0, Math.hypot(...q.map((coordinate, k) => coordinate - at(p, k))), p, q)
      return measured(line, network, propagate(line, network, null))
    },
  }
}

/** @throws RangeError for a smooth activation, and for a normalization: one of batches has to be folded first */
export function requireMeasurable(shape: NetworkShape): void {
  if (shape.normalization === 'layer') throw new RangeError('no affine pieces: layer normalization is smooth')
  if (!isPiecewiseAffine(shape)) throw new RangeError(`no affine pieces: ${shape.activation.kind} is smooth`)
  if (shape.normalization === 'batch') throw new RangeError('invalid normalization: batch (to be folded before measuring)')
}

/** A network as a line is taken through it. */
export interface LoadedNetwork {
  readonly layers: readonly LayerLayout[]
  /** Slope of a hidden unit below 0. */
  readonly leak: number
  readonly parameters: Float64Array
}

/**
 * Where the units of the first layer of a network of one input are zero: -b / w. Interpolation would round to slightly
 * different places what without biases is one breakpoint at 0.
 */
export function firstRoots({ layers, parameters }: LoadedNetwork): Float64Array {
  const roots = new Float64Array(layers[0]?.outputs ?? 0)
  for (let j = 0; j < roots.length; j++) roots[j] = -at(parameters, roots.length + j) / at(parameters, j)
  return roots
}

/** Takes the line through all layers; returns the hidden ones that are zero on it. */
export function propagate(
  line: AffineLine,
  { layers, leak, parameters }: LoadedNetwork,
  roots: Float64Array | null,
): number[] {
  const zeroLayers: number[] = []
  for (const [l, layer] of layers.entries()) {
    line.applyLayer(layer, parameters)
    if (l === layers.length - 1) break
    line.rectify(leak, l === 0 ? roots : null)
    if (leak === 0 && line.isZero()) zeroLayers.push(l + 1)
  }
  return zeroLayers
}

/**
 * Takes the line through all layers, or up to one that is zero on all of it: finite parameters behind that layer make a
 * constant of it, which is one piece.
 */
function isConstant(line: AffineLine, { layers, leak, parameters }: LoadedNetwork, roots: Float64Array): boolean {
  const last = layers.length - 1
  for (let l = 0; l <= last; l++) {
    line.applyLayer(layers[l] as LayerLayout, parameters)
    if (l === last) break
    if (leak === 0 && !line.isPositiveSomewhere()) return true
    line.rectify(leak, l === 0 ? roots : null)
  }
  return false
}

function measured(
  line: AffineLine,
  { layers }: LoadedNetwork,
  zeroLayers: readonly number[],
): LineMeasurement {
  const outputs = layers.at(-1)?.outputs ?? 0
  const outputMin = new Float64Array(outputs).fill(Number.POSITIVE_INFINITY)
  const outputMax = new Float64Array(outputs).fill(Number.NEGATIVE_INFINITY)
  for (let p = 0; p <= line.count; p++) {
    for (let j = 0; j < outputs; j++) {
      const value = at(line.values, p * line.stride + j)
      outputMin[j] = Math.min(at(outputMin, j), value)
      outputMax[j] = Math.max(at(outputMax, j), value)
    }
  }
  return { pieces: countSlopes(line, outputs), regions: line.count, ...gaps(line), zeroLayers, outputMin, outputMax }
}

/** One more than the breakpoints at which the vector of output slopes changes. */
function countSlopes({ count, slopes, stride }: AffineLine, outputs: number): number {
  let largest = 1
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < outputs; j++) largest = Math.max(largest, Math.abs(at(slopes, i * stride + j)))
  }
  const tolerance = SLOPE_TOLERANCE * largest
  let pieces = 1
  for (let i = 1; i < count; i++) {
    let change = 0
    for (let j = 0; j < outputs; j++) {
      change = Math.max(change, Math.abs(at(slopes, i * stride + j) - at(slopes, (i - 1) * stride + j)))
    }
    if (change > tolerance) pieces++
  }
  return pieces
}

function gaps({ count, positions }: AffineLine): Pick<PieceCount, 'nearTies' | 'minGap'> {
  const shortest = NEAR_TIE * (at(positions, count) - at(positions, 0))
  let nearTies = 0
  let minGap = Number.POSITIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const gap = at(positions, i + 1) - at(positions, i)
    if (gap < shortest) nearTies++
    minGap = Math.min(minGap, gap)
  }
  return { nearTies, minGap }
}
