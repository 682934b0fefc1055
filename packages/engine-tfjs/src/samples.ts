import type { TrainingPoints } from '@collapsar/trial'
import type { Tensor3D } from '@tensorflow/tfjs-core'
import type { Tensorflow } from './backend.ts'

/** Samples that go through the networks together: [R][d][S] and [R][c][S], or [1].. where all networks have the same. */
export interface Pass {
  readonly inputs: Tensor3D
  readonly targets: Tensor3D
}

/** All points in order, at most `size` in a pass. The caller disposes of them. */
export function passesOfAll(tf: Tensorflow, points: TrainingPoints, size: number): Pass[] {
  return ranges(points.count, size).map(([from, to]) => passOf(tf, points, [Array.from({ length: to - from }, (_, i) => from + i)]))
}

/** Points that were drawn, at most `size` of each trial in a pass, made when it is called for. @param drawn their numbers, [row][sample] */
export function passesOfDrawn(tf: Tensorflow, points: TrainingPoints, { drawn, size }: { readonly drawn: readonly (readonly number[])[]; readonly size: number }): (() => Pass)[] {
  return ranges(drawn[0]?.length ?? 0, size).map(([from, to]) => () => passOf(tf, points, drawn.map((row) => row.slice(from, to))))
}

function passOf(tf: Tensorflow, { inputDim, inputs, outputDim, targets }: TrainingPoints, samples: readonly (readonly number[])[]): Pass {
  return { inputs: samplesOf(tf, samples, { values: inputs, width: inputDim }), targets: samplesOf(tf, samples, { values: targets, width: outputDim }) }
}

/** Consecutive ranges of at most `size` numbers below `count`. */
function ranges(count: number, size: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => [i * size, Math.min(count, (i + 1) * size)] as const)
}

/** Coordinates of points, [row][coordinate][sample]. @param samples numbers of points, [row][sample] @param values [point][coordinate] */
function samplesOf(tf: Tensorflow, samples: readonly (readonly number[])[], { values, width }: { readonly values: Float64Array; readonly width: number }): Tensor3D {
  const size = samples[0]?.length ?? 0
  const found = new Float32Array(samples.length * width * size)
  let i = 0
  for (const points of samples) {
    for (let k = 0; k < width; k++) for (const point of points) found[i++] = values[point * width + k] ?? Number.NaN
  }
  return tf.tensor3d(found, [samples.length, width, size])
}
