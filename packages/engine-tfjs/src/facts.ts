import type { TrialBatch } from '@collapsar/trial'
import { activationOf } from '@collapsar/trial'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import type { Tensorflow } from './backend.ts'
import type { Forward } from './stacked-network.ts'

/** What a check of one network yields (NUMERICS.md, 5). */
export interface Facts {
  readonly isFinite: boolean
  readonly deadLayer: number
  readonly deadPoints: number
  readonly loss: number
  /** [output] */
  readonly outputMin: readonly number[]
  readonly outputMax: readonly number[]
}

/** Whether a hidden layer can be dead for good (NUMERICS.md, 5). */
export function canDie({ shape }: Pick<TrialBatch, 'shape'>): boolean {
  return shape.normalization === undefined && activationOf(shape.activation).canDie
}

/**
 * The facts of one pass about each network, [R][..]: sum of losses, smallest and largest value of each output, and where layers can die dead
 * points and the largest activation of each hidden layer.
 */
export function factsTable(tf: Tensorflow, { hidden, losses, output }: Forward & { readonly losses: Tensor1D }, batch: TrialBatch): Tensor2D {
  const columns: Tensor2D[] = [tf.expandDims(losses, 1), tf.min(output, 2), tf.max(output, 2)]
  if (canDie(batch)) {
    const largest = hidden.map((h) => tf.max<Tensor2D>(h, 1))
    const least = largest.reduce((a, b) => tf.minimum(a, b))
    columns.push(tf.sum(tf.cast(tf.lessEqual(least, 0), 'float32'), 1, true), ...largest.map((h) => tf.max<Tensor2D>(h, 1, true)))
  }
  return tf.concat2d(columns, 1)
}

/** Facts of the passes so far. */
export interface Sums {
  loss: number
  deadPoints: number
  /** [hidden layer] */
  readonly largest: number[]
  readonly outputMin: number[]
  readonly outputMax: number[]
}

export function emptySums({ points, shape }: TrialBatch): Sums {
  return {
    loss: 0,
    deadPoints: 0,
    largest: shape.sizes.slice(1, -1).map(() => 0),
    outputMin: Array<number>(points.outputDim).fill(Number.POSITIVE_INFINITY),
    outputMax: Array<number>(points.outputDim).fill(Number.NEGATIVE_INFINITY),
  }
}

/** Takes in a row of `factsTable`. */
export function addTo(sums: Sums, row: Float32Array | Int32Array | Uint8Array, batch: TrialBatch): void {
  const { outputDim } = batch.points
  const of = (column: number): number => row[column] ?? Number.NaN
  sums.loss += of(0)
  for (let j = 0; j < outputDim; j++) {
    sums.outputMin[j] = Math.min(sums.outputMin[j] ?? 0, of(1 + j))
    sums.outputMax[j] = Math.max(sums.outputMax[j] ?? 0, of(1 + outputDim + j))
  }
  if (!canDie(batch)) return
  const first = 1 + 2 * outputDim
  sums.deadPoints += of(first)
  sums.largest.forEach((value, l) => {
    sums.largest[l] = Math.max(value, of(first + 1 + l))
  })
}

export function factsOf({ deadPoints, largest, loss, outputMax, outputMin }: Sums, batch: TrialBatch, isFinite: boolean): Facts {
  const { count, outputDim } = batch.points
  // A layer of which nothing is known, as it overflows, is not zero.
  const deadLayer = canDie(batch) ? largest.findIndex((value) => value <= 0) + 1 : 0
  return { isFinite, deadLayer, deadPoints, loss: Math.fround(loss / (count * outputDim)), outputMin, outputMax }
}
