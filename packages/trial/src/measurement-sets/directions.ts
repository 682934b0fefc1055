import type { TrainedBatch } from '../batch.ts'
import { CLUSTER_ANGLES } from '../measurements/direction-clusters.ts'
import type { Directions } from '../measurements/directions.ts'
import { hiddenDirections } from '../measurements/directions.ts'
import type { ExtremalDirections } from '../measurements/extremal-directions.ts'
import { degreesToExtremal } from '../measurements/extremal-directions.ts'
import type { MeasuredBatch } from '../measurements/trial-records.ts'
import type { TrialSpec } from '../trial.ts'
import { laneNetworks, storedInputs } from './lane-network.ts'
import { logSpacedSteps, momentLabel, momentsText } from './log-spaced-steps.ts'
import type { ColumnArray, MeasurementColumn, MeasurementSet } from './measurement-set.ts'
import { predictedDirections } from './predicted-directions.ts'

/** Directions of deeper layers have no geometry of the data; of their clusters one angle is kept, in degrees. */
const DEEPER_ANGLE = 5

/** Summary of one network at one moment, in the order of the columns. */
interface Summary {
  readonly clusters: readonly number[]
  readonly entropy: readonly number[]
  readonly dead: readonly number[]
  readonly linear: readonly number[]
  readonly negligible: readonly number[]
  readonly extremalMean: readonly number[]
  readonly extremalLargest: readonly number[]
  readonly deeperClusters: readonly number[]
}

/**
 * Where the units of the hidden layers point, during the alignment at the start and at the end (Maennel, Bousquet, Gelly 2018, arXiv 1803.08367).
 * 32 + 2 (H - 1) bytes a trial, H hidden layers, for each of 1, 3, 10, 30, ... steps and the end; at 3,000 steps of depth 2: 256.
 */
export const directions: MeasurementSet = {
  name: 'directions',
  version: 2,
  summary: 'clusters of directions of hidden units, dead and linear units, angles to the extremal directions, at 1, 3, 10, ... steps and the end',
  applies: ({ depth, network, training }) => {
    if (training.steps === 0) return 'directions of a network that was never trained'
    if (depth === 1) return 'no hidden layer: depth is 1'
    if (network.normalization === 'layer') return 'no directions: layer normalization depends on the input'
    const { kind } = network.activation
    return kind === 'relu' || kind === 'leaky-relu' || `no directions apart from scales: ${kind} is not positively homogeneous`
  },
  observes: ({ training }) => logSpacedSteps(training.steps),
  columns: columnsOf,
  measure: ({ batch, observed, spec, trained }) => {
    const summarize = [...observed, trained].map((moment) => summarizer(batch, moment, spec))
    const summaries = Array.from(batch.trials, (_, lane) => summarize.map((summaryOf) => summaryOf(lane)))
    return columnsOf(spec).map(({ name, type }): ColumnArray => {
      const numbers = summaries.flatMap((moments) => moments.flatMap((summary) => summary[name as keyof Summary]))
      return type === 'u16' ? Uint16Array.from(numbers) : Float32Array.from(numbers)
    })
  },
}

function columnsOf({ depth, training }: TrialSpec): readonly MeasurementColumn[] {
  const moments = [...logSpacedSteps(training.steps), 'end' as const]
  const at = momentsText(moments)
  /** @param each what tells the numbers of one moment apart */
  const of = (name: keyof Summary, type: 'u16' | 'f32', each: readonly string[], meaning: string): MeasurementColumn => {
    const labels = moments.flatMap((moment) => (each.length === 0 ? momentLabel(moment) : each.map((one) => `${one}, ${momentLabel(moment)}`)))
    return { name, type, size: labels.length, labels, meaning: `${meaning}, ${at}` }
  }
  const angles = CLUSTER_ANGLES.join(', ')
  const byAngle = CLUSTER_ANGLES.map((angle) => `${angle} degrees`)
  const columns = [
    of('clusters', 'u16', byAngle, `[moment][angle] clusters of kept units of layer 1 at ${angles} degrees`),
    of('entropy', 'f32', byAngle, `[moment][angle] entropy of their shares of the amplitude in nats, NaN if diverged`),
    of('dead', 'u16', [], '[moment] units of layer 1 that are zero on all points'),
    of('linear', 'u16', [], '[moment] units of layer 1 without a kink among the points'),
    of('negligible', 'u16', [], '[moment] units of layer 1 with an amplitude below 1% of the largest'),
    of('extremalMean', 'f32', [], '[moment] mean degrees of kept units to the nearest extremal direction of their sign, NaN where none'),
    of('extremalLargest', 'f32', [], '[moment] largest of these'),
  ]
  if (depth === 2) return columns
  const meaning = `[moment][layer] clusters of kept units of layers 2 to ${depth - 1} at ${DEEPER_ANGLE} degrees`
  const byLayer = Array.from({ length: depth - 2 }, (_, l) => `layer ${l + 2}`)
  return [...columns, of('deeperClusters', 'u16', byLayer, meaning)]
}

function summarizer(batch: MeasuredBatch, trained: TrainedBatch, spec: TrialSpec): (lane: number) => Summary {
  const networkOf = laneNetworks(batch, trained)
  const inputs = storedInputs(batch)
  const extremal = predictedDirections(batch, spec)
  return (lane) => {
    const network = networkOf(lane)
    const layers = network === null ? [] : hiddenDirections(network.shape, network.parameters, 0, inputs)
    return summaryOf(layers, extremal, spec.depth - 2)
  }
}

/** @param layers of a network; none if it diverged */
function summaryOf([first, ...deeper]: readonly Directions[], extremal: ExtremalDirections | null, deeperLayers: number): Summary {
  const degrees = (first?.units ?? [])
    .filter(({ kind }) => kind === 'kept')
    .map(({ amplitude, direction }) => (extremal === null ? Number.NaN : degreesToExtremal(direction, amplitude, extremal)))
    .filter(Number.isFinite)
  return {
    clusters: CLUSTER_ANGLES.map((_, a) => first?.clusters[a]?.clusters ?? 0),
    entropy: CLUSTER_ANGLES.map((_, a) => first?.clusters[a]?.entropy ?? Number.NaN),
    dead: [first?.dead ?? 0],
    linear: [first?.linear ?? 0],
    negligible: [first?.negligible ?? 0],
    extremalMean: [degrees.reduce((sum, angle) => sum + angle, 0) / degrees.length],
    extremalLargest: [degrees.length === 0 ? Number.NaN : Math.max(...degrees)],
    deeperClusters: Array.from({ length: deeperLayers }, (_, l) => clustersAt(deeper[l], DEEPER_ANGLE)),
  }
}

function clustersAt(layer: Directions | undefined, degrees: number): number {
  return layer?.clusters.find(({ angle }) => angle === degrees)?.clusters ?? 0
}
