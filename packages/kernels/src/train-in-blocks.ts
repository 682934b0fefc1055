import type { KernelActivation } from './activation.ts'
import { kernelActivation } from './activation.ts'
import { at, units } from './affine.ts'
import { BlockCheck } from './block-check.ts'
import { BlockGradient, gradientShape } from './block-gradient.ts'
import type { HeldGradient } from './block-gradient.ts'
import { blockBytes, BlockMemory, QUAD, roomOf } from './block-memory.ts'
import { BlockPass, unitsOfBlock } from './block-pass.ts'
import type { DeviceLimits } from './device.ts'
import type { Float, Quad, Word } from './kernel.ts'
import { KernelBuilder } from './kernel-builder.ts'
import { edgeLayers, middleLayer } from './layers.ts'
import { kernelLoss } from './loss.ts'
import type { KernelLoss } from './loss.ts'
import type { KernelOptimizer } from './optimizer.ts'
import { kernelOptimizer } from './optimizer.ts'
import { ParameterStore } from './parameter-store.ts'
import type { Region } from './region.ts'
import { inMemory } from './region.ts'
import { StoredNetwork } from './stored-network.ts'
import type { KernelCheck } from './training-course.ts'
import { writeCourse } from './training-course.ts'
import type { TrainingArrays, TrainingScalars } from './training-inputs.ts'
import { tableEntry, trainingArrays, trainingScalars, trialWords } from './training-inputs.ts'
import type { TrainingKernel, TrainingKernelSpec } from './training-kernel.ts'
import type { TrialWords } from './trial-stream.ts'
import { TrialStream } from './trial-stream.ts'
import { Workgroup } from './workgroup.ts'

const WARP = 32
const MOST_THREADS = 256
/** Beyond, registers are worth more than further workgroups. */
const MOST_RESIDENT = 4
/** Words and their alignment that a workgroup shares besides a network's numbers. */
const SPARED_BYTES = 256
const WORD_BYTES = 4

export interface BlockKernelOptions {
  readonly limits: Pick<DeviceLimits, 'sharedBytes' | 'workgroupThreads'>
  /** Threads beside those of the biases; by default as many as have work. */
  readonly threads?: number | undefined
}

/**
 * A workgroup trains one network, all samples of a step at once and all in shared memory: a thread computes a block of units by samples, or of
 * weights, in registers, and what it loads serves several sums. Every sum is one thread's, in the order of NUMERICS.md.
 */
export function trainInBlocks(spec: TrainingKernelSpec, { limits, threads: wanted }: BlockKernelOptions): TrainingKernel {
  const plan = planBlocks(spec, { limits, threads: wanted })
  if (plan === null) throw new RangeError('this training does not fit into blocks')
  const { biasThreads, residentGroups, threads } = plan
  const k = new KernelBuilder(spec.precision, spec.storedFormat)
  const arrays = trainingArrays(k)
  const scalars = trainingScalars(k)
  const slot = k.workgroup()
  const network = new NetworkInBlocks(k, spec, { arrays, scalars, slot, biasThreads, threads })
  const leader = k.compare('equal', k.thread(), k.word(0))
  const agreed = (word: Word) => k.broadcast(word)
  writeCourse(k, spec, { buffers: arrays, scalars, network, slot, interleaved: 1, leader, agreed })
  const kernel = k.finish({ name: 'train_in_blocks', threads, residentGroups })
  return { kernel, slotFloats: network.slotFloats + 1, interleaved: 1, threadsOfSlot: threads }
}

interface BlockPlan {
  readonly threads: number
  /** Workgroups whose networks fit into the shared memory of a processor. */
  readonly residentGroups: number
  readonly biasThreads: number
}

/** How many threads train a network in blocks; null where they cannot. */
export function planBlocks(spec: TrainingKernelSpec, { limits, threads: wanted }: BlockKernelOptions): BlockPlan | null {
  const { points, shape } = spec
  if (shape.normalization !== undefined) return null
  const width = at(shape.sizes, 1)
  const quads = Math.ceil(roomOf(spec) / QUAD)
  const blocks = quads * Math.ceil(width / unitsOfBlock(width))
  const forBlocks = wanted ?? Math.min(MOST_THREADS, limits.workgroupThreads - WARP, WARP * Math.ceil(blocks / WARP))
  const biasThreads = Math.min(WARP, forBlocks)
  const threads = forBlocks + biasThreads
  const shared = blockBytes(spec) + WORD_BYTES * (threads + shape.sizes.length * (1 + quads)) + SPARED_BYTES
  const layers = [[points.inputDim, width], [width, width], [width, points.outputDim]] as const
  const holds = layers.every(([inputs, outputs]) => gradientShape({ inputs, outputs }, forBlocks) !== null)
  const residentGroups = Math.min(MOST_RESIDENT, Math.floor(limits.sharedBytes / shared))
  return residentGroups > 0 && holds ? { threads, biasThreads, residentGroups } : null
}

interface Place extends Pick<BlockPlan, 'biasThreads' | 'threads'> {
  readonly arrays: TrainingArrays
  readonly scalars: TrainingScalars
  readonly slot: Word
}

class NetworkInBlocks extends StoredNetwork {
  readonly canDie: boolean
  readonly slotFloats: number
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #place: Place
  readonly #workgroup: Workgroup
  readonly #memory: BlockMemory
  readonly #kept: Region
  readonly #loss: KernelLoss
  readonly #optimizer: KernelOptimizer
  readonly #pass: BlockPass
  readonly #gradient: BlockGradient
  readonly #check: BlockCheck
  protected readonly store: ParameterStore
  readonly #stream: TrialStream

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, place: Place) {
    super()
    this.#k = k
    this.#spec = spec
    this.#place = place
    const activation: KernelActivation = kernelActivation(k, spec.shape.activation)
    const { arrays, biasThreads, scalars, slot, threads } = place
    const workgroup = new Workgroup(k, threads)
    const memory = new BlockMemory(k, spec, { keepsAffine: activation.needsZ })
    this.canDie = activation.canDie
    this.#workgroup = workgroup
    this.#memory = memory
    this.#loss = kernelLoss(k, spec.training)
    this.#optimizer = kernelOptimizer(k, spec.training.optimizer)
    this.slotFloats = memory.count * (1 + this.#optimizer.memory)
    this.#kept = inMemory(k, { array: arrays.memory, at: k.multiplyWords(slot, k.word(this.slotFloats + 1)) })
    this.#pass = new BlockPass(k, spec, { memory, workgroup, activation })
    this.#gradient = new BlockGradient(k, { memory, workgroup, biasThreads })
    this.#stream = new TrialStream(k, spec, scalars)
    const parameters = inMemory(k, { array: memory.parameters, at: k.word(0) })
    this.store = new ParameterStore(k, { arrays, workgroup, count: memory.count, parameters, kept: this.#kept, remembered: this.#optimizer.memory })
    const load = (start: Word, count: Word) => {
      if (!this.#isFull) this.#load(count, (sample) => k.addWords(start, sample))
    }
    this.#check = new BlockCheck(k, spec, { scalars, memory, workgroup, pass: this.#pass, loss: this.#loss, canDie: this.canDie, load })
  }

  /** Whether every step takes all points: then they stay where they are. */
  get #isFull(): boolean {
    return this.#spec.training.batch === 'full'
  }

  override resume(): void {
    if (this.#isFull) this.#load(this.#place.scalars.points, (sample) => sample)
    super.resume()
  }

  check(): KernelCheck {
    return this.#check.write()
  }

  update(row: Word, step: Word): void {
    const k = this.#k
    const words = trialWords(k, this.#place.arrays, row)
    if (!this.#isFull) this.#load(k.word(this.#memory.samples), (sample) => this.#stream.pointOf(sample, step, words))
    this.#pass.forward((place, outputs) => {
      this.#deriveLoss(place, outputs)
    })
    this.#backward(step, words)
  }

  /** Copies points to where the samples lie. */
  #load(count: Word, pointOf: (sample: Word) => Word): void {
    const k = this.#k
    const { arrays, scalars } = this.#place
    const { inputDim, outputDim } = this.#spec.points
    const { inputs, stride, targets } = this.#memory
    this.#workgroup.share(count, (sample) => {
      const point = pointOf(sample)
      const inputsAt = k.multiplyWords(point, k.word(inputDim))
      const targetsAt = k.addWords(scalars.targetsAt, k.multiplyWords(point, k.word(outputDim)))
      for (const i of units(inputDim)) k.store(inputs.array, sample, k.load(arrays.constants, inputsAt, i), i * stride)
      for (const j of units(outputDim)) k.store(targets.array, sample, k.load(arrays.constants, targetsAt, j), j * stride)
    })
    k.barrier()
  }

  /** Puts the derivatives with respect to outputs in their place. */
  #deriveLoss(place: Word, outputs: Quad): void {
    const k = this.#k
    const targets = k.loadQuad(this.#memory.targets.array, place)
    const [a, b, c, d] = outputs.map((output, s) => k.stored(this.#loss.derivative(k.subtract(output, at(targets, s)), this.#place.scalars.scale)))
    k.storeQuad(this.#memory.outputs.array, place, [a, b, c, d] as unknown as Quad)
  }

  /**
   * From the output down. A layer's gradient is taken, then the derivatives below it take the place of what it received; its parameters, which
   * that still needed, are updated while the layer below is under way.
   */
  #backward(step: Word, words: TrialWords): void {
    const k = this.#k
    const { sizes } = this.#spec.shape
    const { arrays, scalars } = this.#place
    const entry = tableEntry(k, { arrays, scalars, size: this.#optimizer.table }, step)
    const [first, last] = edgeLayers(k, sizes)
    const update = (gradient: HeldGradient) => {
      this.#apply(gradient, { entry, step, words })
    }
    const top = k.word(this.#memory.hidden - 1)
    const ofLast = this.#gradient.take(last, { deltas: this.#memory.outputs, source: this.#memory.valuesOf(top) })
    k.barrier()
    this.#pass.derive(last, { deltas: this.#memory.outputs, below: top })
    k.barrier()
    update(ofLast)
    const l = k.variable(top)
    k.while(
      () => k.compare('greater', l.value, k.word(0)),
      () => {
        const below = k.words('subtract', l.value, k.word(1))
        const layer = middleLayer(k, sizes, l.value)
        const deltas = this.#memory.valuesOf(l.value)
        const gradient = this.#gradient.take(layer, { deltas, source: this.#memory.valuesOf(below) })
        k.barrier()
        this.#pass.derive(layer, { deltas, below })
        k.barrier()
        update(gradient)
        k.set(l, below)
      },
    )
    update(this.#gradient.take(first, { deltas: this.#memory.valuesOf(k.word(0)), source: this.#memory.inputs }))
    k.barrier()
  }

  #apply(gradient: HeldGradient, { entry, step, words }: { readonly entry: readonly Float[]; readonly step: Word; readonly words: TrialWords }): void {
    const k = this.#k
    const { count, parameters } = this.#memory
    gradient.each((i, g, isBias) => {
      const before = k.load(parameters, i)
      const remembered = units(this.#optimizer.memory).map((m) => this.#kept.load(i, count * (1 + m)))
      const updated = this.#optimizer.update(before, g, remembered, entry)
      updated.memory.forEach((value, m) => {
        this.#kept.store(i, value, count * (1 + m))
      })
      k.store(parameters, i, this.#stream.withNoise({ i, before, after: updated.parameter, isBias }, step, words))
    })
  }
}
