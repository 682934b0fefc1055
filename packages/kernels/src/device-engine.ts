import type { Engine, InitialLaw, Numerics, Parameters, TrainedBatch, TrialBatch } from '@collapsar/trial'
import { drawnInSlices, parameterCount } from '@collapsar/trial'
import type { Device, DeviceArray, DeviceKernel, DeviceLimits } from './device.ts'
import { trainedBatch, trainingBuffers, trainingScalars } from './launch.ts'
import { supports } from './supports.ts'
import { planBlocks, trainInBlocks } from './train-in-blocks.ts'
import { trainInRegisters } from './train-in-registers.ts'
import { trainInWorkgroups } from './train-in-workgroups.ts'
import type { TrainingKernel, TrainingKernelSpec } from './training-kernel.ts'
import { CHECK_STEPS, COUNTER, kernelSpecOf } from './training-kernel.ts'

export interface DeviceEngineOptions {
  readonly id: string
  readonly version: string
  readonly numerics: readonly Numerics[]
  /** A network for each thread, or for each workgroup; by default as its number of parameters wants it. */
  readonly kernelShape?: KernelShape
  /** Of a workgroup, 64 by default: no bit depends on it. */
  readonly threads?: number
}

/** A network for each thread, for each workgroup in blocks, or for each workgroup with whatever memory there is. */
export type KernelShape = 'registers' | 'blocks' | 'workgroups'

type EngineBatch = TrialBatch<Parameters | InitialLaw>

/** A launch is to take this long: short enough to be stopped, long enough that starting it costs nothing. */
const LAUNCH_MS = 150
/** Launches that wait for each other on the device, so that it never waits for us. */
const IN_FLIGHT = 2
const MOST_ROUNDS = 1 << 20
const THREADS = 64

/**
 * An engine on a device: a slot for each network that fits side by side, and a kernel that begins, trains and ends trials by itself. The host
 * starts it again and again until all have ended.
 */
export function createDeviceEngine(device: Device, { id, kernelShape, numerics, threads, version }: DeviceEngineOptions): Engine {
  const closing = new AbortController()
  const loaded = new Map<string, Promise<LoadedKernel>>()
  return {
    id,
    version,
    numerics,
    supports: (batch) => supports(batch, { numerics, limits: device.limits }),
    async train(batch, signal, onProgress) {
      const reason = supports(batch, { numerics, limits: device.limits })
      if (reason !== true) throw new Error(`unsupported batch: ${reason}`)
      const stop = () => {
        signal.throwIfAborted()
        closing.signal.throwIfAborted()
      }
      stop()
      const drawn = await drawnInSlices(batch, stop)
      return trainOn(device, await kernelFor(drawn), { batch: drawn, stop, onProgress })
    },
    async close() {
      closing.abort(new Error(`the ${id} engine was closed`))
    },
  }

  function kernelFor(batch: EngineBatch): Promise<LoadedKernel> {
    const spec = kernelSpecOf(batch)
    const key = JSON.stringify(spec)
    const known = loaded.get(key) ?? load(device, spec, { threads, shape: shapeFor(spec, { limits: device.limits, threads, wanted: kernelShape }) })
    loaded.set(key, known)
    return known
  }
}

function write({ limits }: Device, spec: TrainingKernelSpec, { shape, threads }: { readonly shape: KernelShape; readonly threads: number | undefined }): TrainingKernel {
  if (shape === 'registers') return trainInRegisters(spec, { threads: threads ?? THREADS })
  if (shape === 'blocks') return trainInBlocks(spec, { limits, threads })
  return trainInWorkgroups(spec, { limits, threads: threads ?? THREADS })
}

interface LoadedKernel {
  readonly training: TrainingKernel
  readonly program: DeviceKernel
}

async function load(device: Device, spec: TrainingKernelSpec, { shape, threads }: { readonly shape: KernelShape; readonly threads: number | undefined }): Promise<LoadedKernel> {
  const training = write(device, spec, { shape, threads })
  return { training, program: await device.load(training.kernel) }
}

interface Run {
  readonly batch: TrialBatch
  /** Throws when the training is to stop. */
  readonly stop: () => void
  readonly onProgress: ((fraction: number) => void) | undefined
}

async function trainOn(device: Device, { program, training }: LoadedKernel, run: Run): Promise<TrainedBatch> {
  const { kernel, threadsOfSlot } = training
  const threads = Math.min(run.batch.trials.length * threadsOfSlot, device.limits.threads)
  const groups = Math.ceil(threads / kernel.threads)
  const slots = (groups * kernel.threads) / threadsOfSlot
  const contents = trainingBuffers(run.batch, training, Math.ceil(slots / training.interleaved) * training.interleaved)
  const arrays = new Map<string, DeviceArray>()
  try {
    for (const [name, content] of Object.entries(contents)) arrays.set(name, await device.allocate(content))
    const array = (name: string): DeviceArray => {
      const found = arrays.get(name)
      if (found === undefined) throw new Error(`the kernel wants an array ${name}`)
      return found
    }
    const ordered = kernel.buffers.map(({ name }) => array(name))
    await launchToTheEnd(run, {
      launch: (rounds) => program.launch(groups, ordered, trainingScalars(run.batch, rounds)),
      ended: async () => {
        await array('counters').read(contents.counters)
        return contents.counters[COUNTER.ended] ?? 0
      },
    })
    for (const name of ['facts', 'marks', 'networks', 'trace'] as const) await array(name).read(contents[name])
    return trainedBatch(run.batch, contents)
  } finally {
    for (const array of arrays.values()) array.release()
  }
}

interface Launches {
  launch(rounds: number): Promise<void>
  /** How many trials have ended. */
  ended(): Promise<number>
}

/** Launches, some of them ahead, until all trials have ended; more rounds a launch while it is quick. */
async function launchToTheEnd({ batch, onProgress, stop }: Run, { ended, launch }: Launches): Promise<void> {
  const trials = batch.trials.length
  const inFlight: Promise<void>[] = []
  let rounds = 1
  let last = performance.now()
  try {
    for (let done = 0; done < trials; ) {
      while (inFlight.length < IN_FLIGHT) inFlight.push(launch(rounds))
      await inFlight.shift()
      stop()
      done = await ended()
      onProgress?.(done / trials)
      const now = performance.now()
      rounds = nextRounds(rounds, now - last, batch.training.steps)
      last = now
    }
  } finally {
    // Nothing is left running, and nobody is told of what a stopped training still meets.
    await Promise.allSettled(inFlight)
  }
}

function nextRounds(rounds: number, elapsedMs: number, steps: number): number {
  const factor = Math.min(2, Math.max(0.5, LAUNCH_MS / Math.max(1, elapsedMs)))
  const useful = 2 * Math.ceil(steps / CHECK_STEPS) + 1
  return Math.max(1, Math.min(MOST_ROUNDS, useful, Math.round(rounds * factor)))
}

/** Registers that a thread has for parameters and their gradient; more would be spilled to memory. */
const MOST_IN_REGISTERS = { f32: 96, f64: 48 } as const

interface ShapeOptions {
  readonly limits: DeviceLimits
  readonly threads: number | undefined
  /** The shape that is asked for; another one is taken where it is not possible. */
  readonly wanted: KernelShape | undefined
}

function shapeFor(spec: TrainingKernelSpec, { limits, threads, wanted }: ShapeOptions): KernelShape {
  const { precision, shape } = spec
  const possible: Readonly<Record<KernelShape, () => boolean>> = {
    registers: () => shape.normalization === undefined && (wanted === 'registers' || (parameterCount(shape) <= MOST_IN_REGISTERS[precision] && shape.sizes.length <= 33)),
    blocks: () => planBlocks(spec, { limits, threads }) !== null,
    workgroups: () => true,
  }
  const order: readonly KernelShape[] = ['registers', 'blocks', 'workgroups']
  const best = order.find((one) => possible[one]()) ?? 'workgroups'
  return wanted !== undefined && possible[wanted]() ? wanted : best
}
