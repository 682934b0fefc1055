import type { TrainedBatch, TrialBatch } from '@collapsar/trial'
import { MOST_ELEMENTS } from './batch-parts.ts'
import type { Device, DeviceArray, DeviceKernel } from './device.ts'
import { DeviceMemoryError } from './device.ts'
import type { BatchBuffers } from './launch.ts'
import { batchBuffers, trainedBatch, trainingScalars, waitingSlots } from './launch.ts'
import { launchToTheEnd } from './launches.ts'
import type { TrainingKernel } from './training-kernel.ts'
import { COUNTER, SLOT_WORDS } from './training-kernel.ts'

export interface LoadedKernel {
  readonly training: TrainingKernel
  readonly program: DeviceKernel
}

export interface Run {
  readonly batch: TrialBatch
  /** Throws when the training is to stop. */
  readonly stop: () => void
  readonly onProgress: ((fraction: number) => void) | undefined
}

/** Trains a batch. @throws DeviceMemoryError when not even the networks of one workgroup fit beside it, DeviceLostError when the device has gone */
export async function trainOn(device: Device, loaded: LoadedKernel, run: Run): Promise<TrainedBatch> {
  const arrays = new Map<string, DeviceArray>()
  try {
    const contents = batchBuffers(run.batch)
    const groups = await allocate(device, { arrays, contents, ...loaded, ...run })
    await launchAll(loaded, run, { array: (name) => arrayIn(arrays, name), groups })
    for (const name of ['facts', 'marks', 'networks', 'trace'] as const) await arrayIn(arrays, name).read(contents[name])
    return trainedBatch(run.batch, contents)
  } finally {
    release(arrays, arrays.keys())
  }
}

function arrayIn(arrays: ReadonlyMap<string, DeviceArray>, name: string): DeviceArray {
  const found = arrays.get(name)
  if (found === undefined) throw new Error(`the kernel wants an array ${name}`)
  return found
}

function launchAll({ program, training }: LoadedKernel, { batch, onProgress, stop }: Run, { array, groups }: { readonly array: (name: string) => DeviceArray; readonly groups: number }): Promise<void> {
  const ordered = training.kernel.buffers.map(({ name }) => array(name))
  const course = { trials: batch.trials.length, slots: groups * slotsOfGroup(training), steps: batch.training.steps, stop, onProgress }
  return launchToTheEnd(course, {
    launch: (rounds) => program.launch(groups, ordered, trainingScalars(batch, rounds)),
    ended: async () => {
      const counters = new Uint32Array(Object.keys(COUNTER).length)
      await array('counters').read(counters)
      return counters[COUNTER.ended] ?? 0
    },
  })
}

interface Allocation {
  /** Takes what is allocated. */
  readonly arrays: Map<string, DeviceArray>
  readonly contents: BatchBuffers
  readonly training: TrainingKernel
  readonly batch: TrialBatch
  readonly stop: () => void
}

/**
 * Allocates the arrays of a batch, with slots for as many workgroups as the device has threads for and memory: for half as many, again and again, where
 * it has less than it says.
 * @returns the number of workgroups
 */
async function allocate(device: Device, { arrays, batch, contents, stop, training }: Allocation): Promise<number> {
  const { kernel, threadsOfSlot } = training
  const { limits } = device
  const useful = Math.ceil(Math.min(batch.trials.length * threadsOfSlot, limits.threads) / kernel.threads)
  const most = Math.min(useful, groupsInMemory(limits, { contents, training }))
  for (let groups = Math.max(1, most); ; groups = Math.floor(groups / 2)) {
    stop()
    const slots = Math.ceil((groups * slotsOfGroup(training)) / training.interleaved) * training.interleaved
    const memoryBytes = slots * training.slotFloats * contents.networks.BYTES_PER_ELEMENT
    const words = waitingSlots(slots, training)
    try {
      for (const [name, content] of Object.entries({ ...contents, slots: words })) {
        if (!arrays.has(name)) arrays.set(name, await device.allocate(content))
      }
      arrays.set('memory', await (device.reserve?.(memoryBytes) ?? device.allocate(new Uint8Array(memoryBytes))))
      return groups
    } catch (cause) {
      if (!(cause instanceof DeviceMemoryError)) throw cause
      if (groups === 1) throw new DeviceMemoryError(tooLittle(device, { batch, slots, bytes: bytesOf({ ...contents, words }) + memoryBytes }), { cause })
      release(arrays, ['slots'])
    }
  }
}

function slotsOfGroup({ kernel, threadsOfSlot }: TrainingKernel): number {
  return kernel.threads / threadsOfSlot
}

/** Part of the memory that arrays may take: the driver has some of its own. */
const SHARE = 0.9
const WORD_BYTES = 4

/** Workgroups whose slots fit beside the arrays of the batch; less than 1 where none does. */
function groupsInMemory(limits: Device['limits'], { contents, training }: Pick<Allocation, 'contents' | 'training'>): number {
  const floats = slotsOfGroup(training) * training.slotFloats
  const bytesOfGroup = floats * contents.networks.BYTES_PER_ELEMENT
  const wordsOfGroup = slotsOfGroup(training) * SLOT_WORDS * WORD_BYTES
  const inAll = (SHARE * limits.memoryBytes - bytesOf(contents)) / (bytesOfGroup + wordsOfGroup)
  return Math.floor(Math.min(inAll, limits.arrayBytes / bytesOfGroup, (MOST_ELEMENTS - 1) / floats))
}

function tooLittle({ limits, name }: Device, { batch, bytes, slots }: { readonly batch: TrialBatch; readonly bytes: number; readonly slots: number }): string {
  const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`
  const trace = batch.trace ? ` and their traces of ${batch.training.steps} steps` : ''
  return `${name} has too little memory for ${batch.trials.length} trials${trace}, ${slots} of them at a time: ${mebibytes(bytes)} are needed, ${mebibytes(limits.memoryBytes)} are there. Fewer trials at once need less.`
}

function bytesOf(contents: object): number {
  return Object.values(contents).reduce((sum: number, { byteLength }: ArrayBufferView) => sum + byteLength, 0)
}

/** Gives back the arrays with these names. */
function release(arrays: Map<string, DeviceArray>, names: Iterable<string>): void {
  for (const name of names) {
    arrays.get(name)?.release()
    arrays.delete(name)
  }
}
