import { foldedShape } from '../measurements/fold-normalization.ts'
import { isPiecewiseAffine, lineMeasurer } from '../measurements/pieces.ts'
import { countPlanePieces } from '../measurements/plane-pieces.ts'
import { piecesPerLength, segmentsOf } from '../measurements/segment-pieces.ts'
import { networkShape } from '../network-shape.ts'
import { streamKey } from '../random/stream-key.ts'
import type { LaneNetwork } from './lane-network.ts'
import { laneNetworks } from './lane-network.ts'
import type { ColumnArray, MeasurementColumn, MeasurementSet, ObservedTrials } from './measurement-set.ts'

/** Cells of one network of two inputs at which the count is given up: about a second and 50 MB. */
const MOST_CELLS = 2 ** 14

const LINE_COLUMNS: readonly MeasurementColumn[] = [
  { name: 'regions', type: 'u32', size: 1, meaning: 'activation regions on the domain; 0 if diverged' },
  { name: 'nearTies', type: 'u32', size: 1, meaning: 'regions shorter than 1e-12 of the domain, which rounding may have made' },
]

const PLANE_COLUMNS: readonly MeasurementColumn[] = [
  { name: 'regions', type: 'u32', size: 1, meaning: 'activation regions on the domain squared, a lower bound if truncated; 0 if diverged' },
  { name: 'pieces', type: 'u32', size: 1, meaning: 'affine pieces on the domain squared, a lower bound if truncated; 0 if diverged' },
  { name: 'nearTies', type: 'u32', size: 1, meaning: 'regions smaller than 1e-12 of the square, which rounding may have made' },
  { name: 'truncated', type: 'u8', size: 1, meaning: `1 if the count was given up at ${MOST_CELLS} regions, else 0` },
]

const SEGMENT_COLUMNS: readonly MeasurementColumn[] = [
  { name: 'betweenData', type: 'f32', size: 1, meaning: 'pieces per length and hidden unit, 100 segments between points; NaN if diverged' },
  { name: 'throughMean', type: 'f32', size: 1, meaning: 'pieces per length and hidden unit, 20 directions through the mean; NaN if diverged' },
]

/**
 * Regions at the end, and pieces of networks of several inputs (those of one are in the base record): 13 bytes a trial for two
 * inputs, 8 for one or more than two.
 */
export const regions: MeasurementSet = {
  name: 'regions',
  version: 1,
  summary: 'one input: exact regions on the domain; two: regions and pieces; more: pieces along segments',
  applies: (spec) => {
    const { activation, normalization } = spec.network
    if (normalization === 'layer') return 'no affine pieces: layer normalization is smooth'
    return isPiecewiseAffine(networkShape(spec)) || `no affine pieces: ${activation.kind} is smooth`
  },
  observes: () => [],
  columns: ({ problem }) => countsOf(problem.inputDim).columns,
  measure: (trials) => countsOf(trials.spec.problem.inputDim).count(trials),
}

/** What is counted of networks of so many inputs. */
function countsOf(inputDim: number): { readonly columns: readonly MeasurementColumn[]; count(trials: ObservedTrials): ColumnArray[] } {
  if (inputDim === 1) return { columns: LINE_COLUMNS, count: lineCounts }
  return inputDim === 2 ? { columns: PLANE_COLUMNS, count: planeCounts } : { columns: SEGMENT_COLUMNS, count: segmentMeans }
}

function lineCounts({ batch, spec, trained }: ObservedTrials): ColumnArray[] {
  const networkOf = laneNetworks(batch, trained)
  const measurer = lineMeasurer(foldedShape(batch.shape))
  const counts = Array.from(batch.trials, (_, lane) => {
    const network = networkOf(lane)
    return network === null ? null : measurer.onDomain(network.parameters, 0, spec.problem.domain)
  })
  return [Uint32Array.from(counts, (count) => count?.regions ?? 0), Uint32Array.from(counts, (count) => count?.nearTies ?? 0)]
}

function planeCounts({ batch, spec, trained }: ObservedTrials): ColumnArray[] {
  const { domain } = spec.problem
  const networkOf = laneNetworks(batch, trained)
  const counts = Array.from(batch.trials, (_, lane) => {
    const network = networkOf(lane)
    return network === null ? null : countPlanePieces(network.shape, network.parameters, { box: [domain, domain], mostCells: MOST_CELLS })
  })
  return [
    Uint32Array.from(counts, (count) => count?.regions ?? 0),
    Uint32Array.from(counts, (count) => count?.pieces ?? 0),
    Uint32Array.from(counts, (count) => count?.nearTies ?? 0),
    Uint8Array.from(counts, (count) => (count?.truncated === true ? 1 : 0)),
  ]
}

function segmentMeans({ batch, spec, trained }: ObservedTrials): ColumnArray[] {
  const { depth, problem, seed, width } = spec
  const key = streamKey({ seed, inputDim: problem.inputDim, depth, width, purpose: 'segments' })
  const { directions, pairs } = segmentsOf(batch.points, key)
  const networkOf = laneNetworks(batch, trained)
  const networks = Array.from(batch.trials, (_, lane) => networkOf(lane))
  const meanOf = (network: LaneNetwork | null, segments: typeof pairs): number =>
    network === null ? Number.NaN : piecesPerLength(network.shape, network.parameters, segments)
  return [
    Float32Array.from(networks, (network) => meanOf(network, pairs)),
    Float32Array.from(networks, (network) => meanOf(network, directions)),
  ]
}
