import { at } from '../at.ts'
import { eachOutput } from '../reference/evaluate.ts'
import type { MeasuredNetwork } from '../traces/index.ts'
import type { Directions } from './directions.ts'
import { firstLayerDirections } from './directions.ts'
import type { LineMeasurement, PieceCount } from './pieces.ts'
import { isPiecewiseAffine, lineMeasurer } from './pieces.ts'

/** Places on a line at which a smooth network is evaluated; its range is sampled, and so a lower bound. */
const SMOOTH_SAMPLES = 4097

export type SegmentReport = Pick<PieceCount, 'pieces' | 'regions' | 'nearTies'>

/** What `measure` prints of a network given by its weights. */
export interface NetworkReport {
  /** Pieces, regions and near ties on the domain; null for segments and for smooth activations. */
  readonly pieces: number | null
  readonly regions: number | null
  readonly nearTies: number | null
  /** First hidden layer (1, 2, ...) that is zero on the whole domain, or on all segments; 0 if none. */
  readonly deadLayer: number
  /** Largest range max - min of an output there. */
  readonly range: number
  readonly directions: Directions
  /** One by one, where segments were given and the network is piecewise affine. */
  readonly segments?: readonly SegmentReport[]
}

type Line = readonly [Float64Array, Float64Array]
type Extremes = Pick<LineMeasurement, 'outputMin' | 'outputMax'>

/** Measures a network on its domain or segments. @throws RangeError beyond 2^22 breakpoints on a line */
export function networkReport(network: MeasuredNetwork): NetworkReport {
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
    range: largestRange(measured ?? lines.map((line) => sampledExtremes(network, line))),
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

function sampledExtremes({ parameters, shape }: MeasuredNetwork, [p, q]: Line): Extremes {
  const outputMin = new Float64Array(shape.sizes.at(-1) ?? 0).fill(Number.POSITIVE_INFINITY)
  const outputMax = outputMin.map(() => Number.NEGATIVE_INFINITY)
  eachOutput(shape, parameters, samplesOf(p, q), (outputs) => {
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
