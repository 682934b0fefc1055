import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Device, DeviceArray, DeviceKernel, Kernel } from '@collapsar/kernels'
import { DeviceLostError, DeviceMemoryError, printPtx, sharedLayout } from '@collapsar/kernels'
import type { CudaDriver, Handle } from './driver.ts'
import { ATTRIBUTE, CudaError, RESULT } from './driver.ts'

/** The oldest processors that the printed PTX is for: Ampere. */
const LEAST_CAPABILITY = 80
/** The driver allocates no empty array. */
const LEAST_BYTES = 8
/** How often the end of a launch is asked for. */
const POLL_MS = 1

/**
 * One NVIDIA processor, or a slice of one, as a device that runs kernels.
 * @param index as CUDA counts devices, CUDA_VISIBLE_DEVICES respected
 * @throws RangeError for a device that does not exist, Error for one that is too old
 */
export function openCudaDevice(driver: CudaDriver, index: number): Device {
  const count = driver.deviceCount()
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`There is no CUDA device ${index}; this machine has ${count}, counted from 0.`)
  const of = (attribute: number) => driver.attribute(attribute, index)
  const capability = 10 * of(ATTRIBUTE.major) + of(ATTRIBUTE.minor)
  const model = driver.deviceName(index)
  if (capability < LEAST_CAPABILITY) throw new Error(`${model} has the compute capability ${capability / 10}; the kernels need ${LEAST_CAPABILITY / 10} (Ampere) or later.`)
  driver.useDevice(index)
  const { free } = driver.memory()
  const stream = driver.createStream()
  const addresses = new WeakMap<DeviceArray, Handle>()
  const reserved = (bytes: number): DeviceArray => {
    const address = translated(() => driver.allocate(Math.max(LEAST_BYTES, bytes)), bytes)
    const array: DeviceArray = {
      read: async (into) => {
        // Copies do not wait for our stream by themselves.
        await passed(driver, stream)
        translated(() => driver.copyFromDevice(into, address))
      },
      release: () => {
        released(() => driver.free(address))
      },
    }
    addresses.set(array, address)
    return array
  }
  return {
    name: `${model}, CUDA ${Math.floor(driver.version() / 1000)}.${Math.floor((driver.version() % 1000) / 10)}`,
    limits: {
      memoryBytes: free,
      arrayBytes: free,
      sharedBytes: of(ATTRIBUTE.sharedBytes),
      threads: of(ATTRIBUTE.multiprocessors) * of(ATTRIBUTE.threadsOfMultiprocessor),
    },
    async load(kernel) {
      const { bytes } = sharedLayout(kernel)
      const handle = translated(() => driver.loadKernel(printPtx(kernel), kernel.name, bytes))
      return loadedKernel({ driver, kernel, handle, stream, sharedBytes: bytes, addressOf: (array) => addresses.get(array) })
    },
    async allocate(content) {
      const array = reserved(content.byteLength)
      try {
        translated(() => driver.copyToDevice(addresses.get(array) ?? 0n, content))
      } catch (cause) {
        array.release()
        throw cause
      }
      return array
    },
    reserve: async (bytes) => reserved(bytes),
    async close() {
      driver.releaseDevice(index)
    },
  }
}

interface Loaded {
  readonly driver: CudaDriver
  readonly kernel: Kernel
  readonly handle: Handle
  readonly stream: Handle
  readonly sharedBytes: number
  readonly addressOf: (array: DeviceArray) => Handle | undefined
}

function loadedKernel({ addressOf, driver, handle, kernel, sharedBytes, stream }: Loaded): DeviceKernel {
  return {
    async launch(groups, arrays, scalars) {
      const parameters = packed(kernel, { addresses: arrays.map((array) => addressOf(array) ?? 0n), scalars })
      translated(() => driver.launch(handle, { groups, threads: kernel.threads, sharedBytes, stream, parameters }))
      await passed(driver, stream)
    },
  }
}

/** Waits for what has been started on the stream, without blocking. */
async function passed(driver: CudaDriver, stream: Handle): Promise<void> {
  const event = translated(() => driver.createEvent())
  try {
    translated(() => driver.record(event, stream))
    await setImmediate()
    while (!translated(() => driver.hasPassed(event))) await setTimeout(POLL_MS)
  } finally {
    released(() => driver.destroyEvent(event))
  }
}

/** Of a device that is lost nothing can be given back, and its error is known already. */
function released(act: () => void): void {
  try {
    act()
  } catch (cause) {
    if (!(cause instanceof CudaError)) throw cause
  }
}

/** Arguments as PTX declares them: addresses, then scalars, each at a multiple of its size. */
export function packed({ buffers, precision, scalars: declared }: Kernel, { addresses, scalars }: { readonly addresses: readonly Handle[]; readonly scalars: readonly number[] }): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * (buffers.length + declared.length)))
  let at = 0
  for (const address of addresses) {
    view.setBigUint64(at, address, true)
    at += 8
  }
  declared.forEach(({ type }, i) => {
    const value = scalars[i] ?? 0
    const size = type === 'float' && precision === 'f64' ? 8 : 4
    at = Math.ceil(at / size) * size
    if (type === 'word') view.setUint32(at, value, true)
    else if (size === 4) view.setFloat32(at, value, true)
    else view.setFloat64(at, value, true)
    at += size
  })
  return new Uint8Array(view.buffer, 0, at)
}

/** What the driver says, in the words of a device. After an error of a kernel its context answers nothing but errors. */
function translated<T>(act: () => T, bytes = 0): T {
  try {
    return act()
  } catch (cause) {
    if (!(cause instanceof CudaError)) throw cause
    if (cause.result === RESULT.outOfMemory) throw new DeviceMemoryError(`no memory on the device for ${bytes} bytes`, { cause })
    throw new DeviceLostError(`the CUDA device gave up: ${cause.message}`, { cause })
  }
}
