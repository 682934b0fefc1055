import type { TrainedBatch } from '../batch.ts'
import { END } from '../batch.ts'
import { foldBatchNormalization, foldedShape } from '../measurements/fold-normalization.ts'
import type { MeasuredBatch } from '../measurements/trial-records.ts'
import type { NetworkShape } from '../network.ts'
import { storedIn } from '../stored.ts'

/** The network in one lane of a trained batch, as a function. */
export interface LaneNetwork {
  /** Of a batch-normalized network that of its folded form. */
  readonly shape: NetworkShape
  /** [parameter], binary64. */
  readonly parameters: Float64Array
}

/** Points at which networks are measured: the training set as the numerics stores it, [point][coordinate]. */
export function storedInputs({ numerics, points }: MeasuredBatch): Float64Array {
  return points.inputs.map(storedIn(numerics))
}

/**
 * The networks of a batch by their lanes, with a batch normalization folded with the statistics of the training points; null for a
 * network that diverged.
 */
export function laneNetworks(batch: MeasuredBatch, trained: TrainedBatch): (lane: number) => LaneNetwork | null {
  const { shape } = batch
  const count = trained.parameters.length / batch.trials.length
  const inputs = shape.normalization === 'batch' ? storedInputs(batch) : null
  return (lane) => {
    const offset = lane * count
    const own = trained.parameters.subarray(offset, offset + count)
    if (trained.end[lane] === END.diverged || !own.every(Number.isFinite)) return null
    if (inputs === null) return { shape, parameters: Float64Array.from(own) }
    return { shape: foldedShape(shape), parameters: foldBatchNormalization(shape, own, 0, inputs) }
  }
}
