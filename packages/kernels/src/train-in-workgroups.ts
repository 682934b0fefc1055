import { layerLayouts } from '@collapsar/trial'
import type { KernelActivation } from './activation.ts'
import { kernelActivation } from './activation.ts'
import { at, units } from './affine.ts'
import type { DeviceLimits } from './device.ts'
import type { Flag, Word } from './kernel.ts'
import { KernelBuilder } from './kernel-builder.ts'
import { kernelLoss } from './loss.ts'
import { Normalization } from './normalization.ts'
import type { KernelOptimizer } from './optimizer.ts'
import { kernelOptimizer } from './optimizer.ts'
import { ParameterStore } from './parameter-store.ts'
import { StoredNetwork } from './stored-network.ts'
import type { KernelCheck } from './training-course.ts'
import { writeCourse } from './training-course.ts'
import type { TrainingArrays, TrainingScalars } from './training-inputs.ts'
import { lesser, tableEntry, trainingArrays, trainingScalars, trialWords } from './training-inputs.ts'
import type { TrainingKernel, TrainingKernelSpec } from './training-kernel.ts'
import { TrialStream } from './trial-stream.ts'
import { Workgroup } from './workgroup.ts'
import { WorkgroupCheck } from './workgroup-check.ts'
import { NetworkMemory } from './workgroup-memory.ts'
import { WorkgroupPass } from './workgroup-pass.ts'

/** Bytes that aligning shared arrays may cost. */
const SPARED = 64
const WORD_BYTES = 4

/**
 * A workgroup trains one network: its threads share out the numbers of a layer, each of which is summed by one thread in the order of
 * NUMERICS.md, so that no bit depends on how many there are. Layers, samples and updates are loops.
 */
export function trainInWorkgroups(spec: TrainingKernelSpec, { limits, threads }: { readonly limits: Pick<DeviceLimits, 'sharedBytes'>; readonly threads: number }): TrainingKernel {
  const k = new KernelBuilder(spec.precision, spec.storedFormat)
  const arrays = trainingArrays(k)
  const scalars = trainingScalars(k)
  const slot = k.workgroup()
  const network = new NetworkInWorkgroup(k, spec, { arrays, scalars, slot, sharedBytes: limits.sharedBytes, threads })
  const leader = k.compare('equal', k.thread(), k.word(0))
  const agreed = (word: Word) => k.broadcast(word)
  writeCourse(k, spec, { buffers: arrays, scalars, network, slot, interleaved: 1, leader, agreed })
  const kernel = k.finish({ name: 'train_in_workgroups', threads })
  return { kernel, slotFloats: network.slotFloats + 1, interleaved: 1, threadsOfSlot: threads }
}

interface Place {
  readonly arrays: TrainingArrays
  readonly scalars: TrainingScalars
  readonly slot: Word
  readonly sharedBytes: number
  readonly threads: number
}

class NetworkInWorkgroup extends StoredNetwork {
  readonly canDie: boolean
  readonly slotFloats: number
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #place: Place
  readonly #workgroup: Workgroup
  readonly #optimizer: KernelOptimizer
  readonly #memory: NetworkMemory
  readonly #passes: WorkgroupPass
  readonly #check: WorkgroupCheck
  protected readonly store: ParameterStore
  readonly #stream: TrialStream

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, place: Place) {
    super()
    this.#k = k
    this.#spec = spec
    this.#place = place
    const activation = kernelActivation(k, spec.shape.activation)
    const loss = kernelLoss(k, spec.training)
    const workgroup = new Workgroup(k, place.threads)
    this.#workgroup = workgroup
    this.#optimizer = kernelOptimizer(k, spec.training.optimizer)
    this.canDie = activation.canDie && spec.shape.normalization === undefined
    const memory = this.#networkMemory(activation)
    this.#memory = memory
    this.slotFloats = memory.floats
    const { arrays, scalars } = place
    this.#stream = new TrialStream(k, spec, scalars)
    const { count, kept, region: { parameters } } = memory
    this.store = new ParameterStore(k, { arrays, workgroup, count, parameters, kept, remembered: this.#optimizer.memory })
    this.#passes = new WorkgroupPass(k, spec, { arrays, scalars, memory, workgroup, activation, loss, normalization: this.#normalization() })
    this.#check = new WorkgroupCheck(k, spec, { scalars, memory, workgroup, pass: this.#passes, loss, canDie: this.canDie })
  }

  #networkMemory({ needsZ }: KernelActivation): NetworkMemory {
    const { arrays, sharedBytes, slot, threads } = this.#place
    const { shape } = this.#spec
    const words = threads + shape.sizes.length + 1
    return new NetworkMemory(this.#k, this.#spec, {
      memory: arrays.memory,
      slot,
      sharedBytes: sharedBytes - WORD_BYTES * words - SPARED,
      remembered: this.#optimizer.memory,
      keepsAffine: needsZ || shape.normalization !== undefined,
    })
  }

  #normalization(): Normalization | null {
    const { normalization } = this.#spec.shape
    if (normalization === undefined) return null
    const { region: { gradient, parameters }, tile, width } = this.#memory
    return new Normalization(this.#k, { kind: normalization, workgroup: this.#workgroup, width, tile, parameters, gradient })
  }

  update(row: Word, step: Word): void {
    const k = this.#k
    const { samples } = this.#place.scalars
    const words = trialWords(k, this.#place.arrays, row)
    k.for({ to: samples, step: this.#memory.pass }, (start) => {
      const count = lesser(k, k.words('subtract', samples, start), k.word(this.#memory.pass))
      this.#passes.loadTile(count, (sample) => this.#stream.pointOf(k.addWords(start, sample), step, words))
      this.#passes.forward(count)
      this.#passes.backward(count, k.compare('equal', start, k.word(0)))
    })
    this.#applyGradient(step, words)
  }

  check(): KernelCheck {
    return this.#check.write()
  }

  #applyGradient(step: Word, words: readonly [Word, Word]): void {
    const k = this.#k
    const { arrays, scalars } = this.#place
    const { memory, table } = this.#optimizer
    const entry = tableEntry(k, { arrays, scalars, size: table }, step)
    this.#workgroup.share(this.#memory.count, (i) => {
      const before = this.#memory.region.parameters.load(i)
      const remembered = units(memory).map((m) => this.#memory.kept.load(i, this.#memory.count * (1 + m)))
      const updated = this.#optimizer.update(before, this.#memory.region.gradient.load(i), remembered, entry)
      updated.memory.forEach((value, m) => {
        this.#memory.kept.store(i, value, this.#memory.count * (1 + m))
      })
      this.#memory.region.parameters.store(i, this.#stream.withNoise({ i, before, after: updated.parameter, isBias: this.#isBias(i) }, step, words))
    })
    k.barrier()
  }

  /** Whether a parameter is a bias; where no noise asks, nothing is written. */
  #isBias(i: Word): Flag | boolean {
    const k = this.#k
    if (this.#spec.training.noise?.parameters !== 'biases') return false
    const layouts = layerLayouts(this.#spec.shape.sizes)
    const [first, last] = [at(layouts, 0), at(layouts, layouts.length - 1)]
    const size = this.#memory.width * (this.#memory.width + 1)
    const behind = k.words('subtract', i, k.word(first.biases + first.outputs))
    const within = k.words('subtract', behind, k.multiplyWords(k.words('divide', behind, k.word(size)), k.word(size)))
    const from = (value: Word, bound: number) => k.not(k.compare('less', value, k.word(bound)))
    const inFirst = k.and(from(i, first.biases), k.compare('less', i, k.word(first.biases + first.outputs)))
    const inMiddle = k.and(k.and(from(i, first.biases + first.outputs), k.compare('less', i, k.word(last.weights))), from(within, this.#memory.width * this.#memory.width))
    const inLast = k.and(from(i, last.biases), k.compare('less', i, k.word(last.biases + last.outputs)))
    return k.or(k.or(inFirst, inMiddle), inLast)
  }
}
