import type { TrialBatch } from '@collapsar/trial'
import { drawMinibatch, drawNoise, parameterCount } from '@collapsar/trial'
import type { Rank, Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import type { Backend, Tensorflow } from './backend.ts'
import type { Facts } from './facts.ts'
import { addTo, emptySums, factsOf, factsTable } from './facts.ts'
import type { Learned, StackedOptimizer } from './optimizer.ts'
import { perturbed, stackedOptimizer } from './optimizer.ts'
import type { Pass } from './samples.ts'
import { passesOfAll, passesOfDrawn } from './samples.ts'
import type { StackSize } from './stack-size.ts'
import { stackSize } from './stack-size.ts'
import type { StackedNetworks } from './stacked-network.ts'
import { lossSums, stackedNetworks } from './stacked-network.ts'

/** What every stack of a batch shares. */
export interface Course {
  readonly backend: Backend
  readonly batch: TrialBatch
  readonly networks: StackedNetworks
  /** All points, in the passes in which they go through the networks. */
  readonly fullSet: readonly Pass[]
  readonly size: StackSize
}

/** The full set on the device. The caller disposes of it. */
export function beginCourse(backend: Backend, batch: TrialBatch): Course {
  const { tf } = backend
  const size = stackSize(batch, backend.name)
  return { backend, batch, networks: stackedNetworks(tf, batch.shape), fullSet: passesOfAll(tf, batch.points, size.checkSamples), size }
}

export function endCourse({ backend, fullSet }: Course): void {
  for (const { inputs, targets } of fullSet) backend.tf.dispose([inputs, targets])
}

/**
 * Trials trained together, on the same step: their networks are rows of tensors. Every generator yields after each pass of samples, with
 * all that it needs kept, so that the event loop can have its turn.
 */
export class Stack {
  readonly #course: Course
  readonly #optimizer: StackedOptimizer
  #learned: Learned
  #rows: readonly number[]
  #step = 0

  /** @param rows numbers of the trials in their batch, one at least */
  constructor(course: Course, rows: readonly number[]) {
    const { backend, batch } = course
    const { initial, shape, training } = batch
    const { tf } = backend
    const count = parameterCount(shape)
    const stacked = twoAtLeast(rows)
    const values = new Float32Array(stacked.length * count)
    stacked.forEach((row, i) => values.set(initial.subarray(row * count, (row + 1) * count), i * count))
    this.#course = course
    this.#optimizer = stackedOptimizer(tf, training.optimizer)
    this.#rows = rows
    const moments = Array.from({ length: this.#optimizer.moments }, () => tf.zeros<Rank.R2>([stacked.length, count]))
    this.#learned = { parameters: tf.tensor2d(values, [stacked.length, count]), moments }
  }

  /** Numbers of the trials in their batch. */
  get rows(): readonly number[] {
    return this.#rows
  }

  /** Number of updates made. */
  get step(): number {
    return this.#step
  }

  /** Makes the next update of every network. */
  *update(): Generator<void, void> {
    const { backend, batch } = this.#course
    const { tf } = backend
    const gradient = yield* this.#gradient()
    const before = this.#learned
    const { noise } = batch.training
    this.#learned = tidied(tf, () => {
      const after = this.#optimizer.update(before, gradient)
      if (noise === undefined) return after
      const drawn = this.#eachRow((row) => drawNoise(batch, trialOf(batch, row), this.#step))
      const parameters = perturbed(tf, noise, { after: after.parameters, before: before.parameters, noise: matrix(tf, drawn) })
      return { ...after, parameters }
    })
    tf.dispose([gradient, before.parameters, ...before.moments])
    this.#step += 1
    if (backend.queues) settle(tf, this.#learned.parameters)
  }

  /** Of the step's loss with respect to the parameters, [R][P]; for the caller to dispose of. */
  *#gradient(): Generator<void, Tensor2D> {
    const { backend, batch, fullSet } = this.#course
    const { tf } = backend
    const { points, training } = batch
    const size = training.batch
    const passes = size === 'full' ? fullSet.map((pass) => () => pass) : this.#minibatch(size)
    const share = 1 / ((size === 'full' ? points.count : size) * points.outputDim)
    let sum: Tensor2D | null = null
    try {
      for (const pass of passes) {
        const before: Tensor2D | null = sum
        sum = tf.tidy(() => {
          const of = tf.grad((parameters: Tensor) => tf.mul(tf.sum(this.#losses(parameters as Tensor2D, pass()).losses), share))
          const gradient = of(this.#learned.parameters) as Tensor2D
          return before === null ? gradient : tf.add(before, gradient)
        })
        before?.dispose()
        yield
      }
      const complete = sum ?? tf.zerosLike(this.#learned.parameters)
      sum = null
      return complete
    } finally {
      // Left only where the training was stopped.
      sum?.dispose()
    }
  }

  #losses(parameters: Tensor2D, { inputs, targets }: Pass) {
    const { backend, batch, networks } = this.#course
    const forward = networks.forward(parameters, inputs)
    return { ...forward, losses: lossSums(backend.tf, backend.tf.sub(forward.output, targets), batch.training) }
  }

  /** Passes of the samples that each trial draws from its own stream, made when they are wanted. */
  #minibatch(size: number): (() => Pass)[] {
    const { backend, batch, size: most } = this.#course
    const drawn = this.#eachRow((row) => drawMinibatch(batch, size, trialOf(batch, row), this.#step))
    return passesOfDrawn(backend.tf, batch.points, { drawn, size: most.stepSamples })
  }

  /** What the networks make of the full set, [row]. */
  *check(): Generator<void, Facts[]> {
    const { backend, batch, fullSet } = this.#course
    const { tf } = backend
    const sums = this.#rows.map(() => emptySums(batch))
    for (const pass of fullSet) {
      const table = tf.tidy(() => factsTable(tf, this.#losses(this.#learned.parameters, pass), batch))
      const values = table.dataSync()
      const width = table.shape[1]
      table.dispose()
      sums.forEach((sum, i) => addTo(sum, values.subarray(i * width, (i + 1) * width), batch))
      yield
    }
    // 0 x is 0 for a finite x alone.
    const zeros = tf.tidy(() => tf.sum(tf.mul(this.#learned.parameters, 0), 1).dataSync())
    return sums.map((sum, i) => factsOf(sum, batch, zeros[i] === 0))
  }

  /** Parameters of the networks in these places of the stack, [place][parameter]. */
  parametersOf(places: readonly number[]): Float32Array[] {
    const { tf } = this.#course.backend
    const count = parameterCount(this.#course.batch.shape)
    if (places.length === 0) return []
    const values = tf.tidy(() => tf.gather(this.#learned.parameters, [...places]).dataSync<'float32'>())
    return places.map((_, i) => values.slice(i * count, (i + 1) * count))
  }

  /** Goes on with the networks in these places alone. */
  keep(places: readonly number[]): void {
    if (places.length === this.#rows.length) return
    const { tf } = this.#course.backend
    const { moments, parameters } = this.#learned
    this.#rows = places.map((place) => this.#rows[place] ?? Number.NaN)
    if (places.length === 0) return
    const kept = twoAtLeast(places)
    this.#learned = tidied(tf, () => ({ parameters: tf.gather(parameters, kept), moments: moments.map((moment) => tf.gather(moment, kept)) }))
    tf.dispose([parameters, ...moments])
  }

  dispose(): void {
    this.#course.backend.tf.dispose([this.#learned.parameters, ...this.#learned.moments])
  }

  #eachRow<T>(draw: (row: number) => T): T[] {
    return twoAtLeast(this.#rows.map(draw))
  }
}

/**
 * A stack has two networks at least: the matrix product of a single one is another kernel, with another order of sums, and a trial alone is
 * to be what it is in company.
 */
function twoAtLeast<T>(values: readonly T[]): T[] {
  return values.length === 1 ? [...values, ...values] : [...values]
}

function trialOf({ trials }: TrialBatch, row: number): number {
  return trials[row] ?? Number.NaN
}

function matrix(tf: Tensorflow, rows: readonly Float64Array[]): Tensor2D {
  const width = rows[0]?.length ?? 0
  const values = new Float32Array(rows.length * width)
  rows.forEach((row, i) => values.set(row, i * width))
  return tf.tensor2d(values, [rows.length, width])
}

/** Waits until all that was asked of a backend with a queue has been done. */
function settle(tf: Tensorflow, parameters: Tensor2D): void {
  tf.tidy(() => tf.slice(parameters, [0, 0], [1, 1]).dataSync())
}

/** Keeps what is made, and nothing of what it took. */
function tidied(tf: Tensorflow, make: () => Learned): Learned {
  const [parameters, ...moments] = tf.tidy(() => {
    const made = make()
    return [made.parameters, ...made.moments]
  })
  if (parameters === undefined) throw new Error('a stack without parameters')
  return { parameters, moments }
}
