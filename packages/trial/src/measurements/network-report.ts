import { at } from '../at.ts'
import { eachOutput } from '../reference/evaluate.ts'
import type { MeasuredNetwork } from '../traces/index.ts'
import type { Directions } from './directions.ts'
import { firstLayerDirections } from './directions.ts'
import type { LineMeasurement, PieceCount } from './pieces.ts'
import { isPiecewiseAffine, lineMeasurer } from './pieces.ts'
import type { Box } from './plane-mesh.ts'
import { countPlanePieces } from './plane-pieces.ts'

/** Places on a line at which a smooth network is evaluated; its range is sampled, and so a lower bound. */
const SMOOTH_SAMPLES = 4097

/** The same along each side of a box. */
const SMOOTH_SIDE = 129

export type SegmentReport = Pick<PieceCount, 'pieces' | 'regions' | 'nearTies'>

/** What `measure` prints of a network given by its weights. */
export interface NetworkReport {
  /** Pieces, regions and near ties on the domain or the box; null for segments and for smooth activations. */
  readonly pieces: number | null
  readonly regions: number | null
  readonly nearTies: number | null
  /** For a box, where the network is piecewise affine: true if pieces, regions and range are lower bounds, as the cells were too many. */
  readonly truncated?: boolean
  /** First hidden layer (1, 2, ...) that is zero on the whole domain or box, or on all segments; 0 if none. */
  readonly deadLayer: number
  /** Largest range max - min of an output there. */
  readonly range: number
  readonly directions: Directions
  /** One by one, where segments were given and the network is piecewise affine. */
  readonly segments?: readonly SegmentReport[]
}

type Line = readonly [Float64Array, Float64Array]
type Extremes = Pick<LineMeasurement, 'outputMin' | 'outputMax'>

/** Measures a network on its domain, box or segments. @throws RangeError beyond 2^22 breakpoints on a line */
export function networkReport(network: MeasuredNetwork): NetworkReport {
  return network.box === null ? lineReport(network) : boxReport(network, network.box)
}

function boxReport({ mostCells, parameters, shape }: MeasuredNetwork, box: Box): NetworkReport {
  const [[left, right], [bottom, top]] = box
  const corners = Float64Array.of(left, bottom, right, bottom, right, top, left, top)
  const directions = firstLayerDirections(shape, parameters, 0, corners)
  if (!isPiecewiseAffine(shape)) {
    const range = largestRange([sampledExtremes({ parameters, shape }, gridOf(box))])
    return { pieces: null, regions: null, nearTies: null, deadLayer: 0, range, directions }
  }
  const counted = countPlanePieces(shape, parameters, { box, ...(mostCells === null ? {} : { mostCells }) })
  const { nearTies, pieces, regions, truncated, zeroLayers } = counted
  return { pieces, regions, nearTies, truncated, deadLayer: zeroLayers[0] ?? 0, range: largestRange([counted]), directions }
}

function lineReport(network: MeasuredNetwork): NetworkReport {
  const { domain, parameters, segments, shape } = network
  const [low, high] = domain ?? [0, 0]
  const lines: readonly Line[] = domain === null ? segments : [[Float64Array.of(low), Float64Array.of(high)]]
  const measured = isPiecewiseAffine(shape) ? measure(network) : null
  const counts = measured?.map(({ pieces, regions, nearTies }) => ({ pieces, regions, nearTies }))
  const ends = Float64Array.from(lines.flatMap(([p, q]) => [...p, ...q]))
  const onDomain = domain === null ? undefined : counts?.[0]
  return {
    pieces: onDomain?.pieces ?? null,
    regions: onDomain?.regions ?? null,
    nearTies: onDomain?.nearTies ?? null,
    deadLayer: firstZeroOnAll(measured ?? []),
    range: largestRange(measured ?? lines.map(([p, q]) => sampledExtremes(network, samplesOf(p, q)))),
    directions: firstLayerDirections(shape, parameters, 0, ends),
    ...(domain === null && counts !== undefined ? { segments: counts } : {}),
  }
}

function measure({ domain, parameters, segments, shape }: MeasuredNetwork): LineMeasurement[] {
  const measurer = lineMeasurer(shape)
  if (domain !== null) return [measurer.onDomain(parameters, 0, domain)]
  return segments.map(([p, q]) => measurer.onSegment(parameters, 0, p, q))
}

function firstZeroOnAll(lines: readonly LineMeasurement[]): number {
  return lines[0]?.zeroLayers.find((layer) => lines.every(({ zeroLayers }) => zeroLayers.includes(layer))) ?? 0
}

/** The range over all lines together, output by output; the largest of them. */
function largestRange(lines: readonly Extremes[]): number {
  const outputs = lines[0]?.outputMin.length ?? 0
  const ranges = Array.from({ length: outputs }, (_, j) => {
    const low = Math.min(...lines.map(({ outputMin }) => at(outputMin, j)))
    return Math.max(...lines.map(({ outputMax }) => at(outputMax, j))) - low
  })
  return Math.max(...ranges)
}

/** @param samples [sample][coordinate] */
function sampledExtremes({ parameters, shape }: Pick<MeasuredNetwork, 'parameters' | 'shape'>, samples: Float64Array): Extremes {
  const outputMin = new Float64Array(shape.sizes.at(-1) ?? 0).fill(Number.POSITIVE_INFINITY)
  const outputMax = outputMin.map(() => Number.NEGATIVE_INFINITY)
  eachOutput(shape, parameters, samples, (outputs) => {
    outputs.forEach((value, j) => {
      outputMin[j] = Math.min(at(outputMin, j), value)
      outputMax[j] = Math.max(at(outputMax, j), value)
    })
  })
  return { outputMin, outputMax }
}

/** [sample][coordinate] */
function samplesOf(p: Float64Array, q: Float64Array): Float64Array {
  return Float64Array.from({ length: SMOOTH_SAMPLES * p.length }, (_, i) => {
    const t = Math.floor(i / p.length) / (SMOOTH_SAMPLES - 1)
    return (1 - t) * at(p, i % p.length) + t * at(q, i % p.length)
  })
}

/** [sample][coordinate], sides included. */
function gridOf([[left, right], [bottom, top]]: Box): Float64Array {
  const along = (low: number, high: number, i: number): number => low + ((high - low) * i) / (SMOOTH_SIDE - 1)
  return Float64Array.from({ length: 2 * SMOOTH_SIDE * SMOOTH_SIDE }, (_, i) => {
    const sample = i >> 1
    return i % 2 === 0 ? along(left, right, sample % SMOOTH_SIDE) : along(bottom, top, Math.floor(sample / SMOOTH_SIDE))
  })
}
