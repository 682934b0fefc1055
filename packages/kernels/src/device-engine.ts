import type { Engine, InitialLaw, Numerics, Parameters, TrainedBatch, TrialBatch } from '@collapsar/trial'
import { drawnInSlices, hasPortableBits } from '@collapsar/trial'
import { joined, partsOf, trialsAtOnce } from './batch-parts.ts'
import type { Device } from './device.ts'
import { trainOn } from './device-training.ts'
import type { LoadedKernel, Run } from './device-training.ts'
import type { KernelShape } from './kernel-shape.ts'
import { kernelShapeFor } from './kernel-shape.ts'
import { supports } from './supports.ts'
import { trainInRegisters } from './train-in-registers.ts'
import { trainInWorkgroups } from './train-in-workgroups.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import { kernelSpecOf } from './training-kernel.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface DeviceEngineOptions {
  readonly id: string
  readonly version: string
  readonly numerics: readonly Numerics[]
  /** A network for each thread, or for each workgroup; by default what a batch is quicker in. No bit depends on it. */
  readonly kernelShape?: KernelShape
  /** Of a workgroup, 64 by default: no bit depends on it. */
  readonly threads?: number
}

type EngineBatch = TrialBatch<Parameters | InitialLaw>

/**
 * An engine on a device: a slot for each network that fits side by side, and a kernel that begins, trains and ends trials by itself. The host
 * starts it again and again until all have ended. The device is closed with the engine, once nothing runs on it.
 */
export function createDeviceEngine(device: Device, { id, kernelShape, numerics, threads = 64, version }: DeviceEngineOptions): Engine {
  const closing = new AbortController()
  const kernels = new Map<string, Promise<LoadedKernel>>()
  let running = 0
  let isClosed = false
  const closeWhenIdle = async () => {
    if (!closing.signal.aborted || running > 0 || isClosed) return
    isClosed = true
    await device.close()
  }
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
      running += 1
      try {
        return await trainInParts(await drawnInSlices(batch, stop), { signal, stop, onProgress })
      } finally {
        running -= 1
        await closeWhenIdle()
      }
    },
    async close() {
      closing.abort(new Error(`the ${id} engine was closed`))
      await closeWhenIdle()
    },
  }

  /** One part after another, where the arrays of all trials do not fit. */
  async function trainInParts(batch: TrialBatch, { onProgress, signal, stop }: Omit<Run, 'batch'> & { readonly signal: AbortSignal }): Promise<TrainedBatch> {
    const trained: TrainedBatch[] = []
    let done = 0
    for (const part of partsOf(batch, trialsAtOnce(batch, device.limits))) {
      const before = done
      done += part.trials.length
      const report = (fraction: number) => onProgress?.((before + fraction * part.trials.length) / batch.trials.length)
      const kernel = await unlessAborted(kernelFor(part), signal)
      trained.push(await trainOn(device, kernel, { batch: part, stop, onProgress: report }))
    }
    return joined(trained)
  }

  function kernelFor(batch: EngineBatch): Promise<LoadedKernel> {
    const spec = kernelSpecOf(batch)
    // Where bits are the driver's, two kernels may round differently: a trial's must not depend on how many neighbours it has.
    const trials = hasPortableBits(batch.numerics) ? batch.trials.length : Number.POSITIVE_INFINITY
    const shape = kernelShapeFor(spec, { trials, threads, limits: device.limits, wanted: kernelShape })
    const key = JSON.stringify([shape, spec])
    const known = kernels.get(key)
    if (known !== undefined) return known
    const loading = load(device, spec, { shape, threads })
    kernels.set(key, loading)
    // What failed is tried again by the next batch: memory may have come free.
    loading.catch(() => kernels.delete(key))
    return loading
  }
}

async function load(device: Device, spec: TrainingKernelSpec, { shape, threads }: { readonly shape: KernelShape; readonly threads: number }): Promise<LoadedKernel> {
  const training = shape === 'registers' ? trainInRegisters(spec, { threads }) : trainInWorkgroups(spec, { limits: device.limits, threads })
  return { training, program: await device.load(training.kernel) }
}
