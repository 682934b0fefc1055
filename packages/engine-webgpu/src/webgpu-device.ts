import type { Device, DeviceArray, DeviceKernel, Kernel } from '@collapsar/kernels'
import { DeviceLostError, DeviceMemoryError, printWgsl } from '@collapsar/kernels'
import type { NamedAdapter } from './dawn.ts'

const UNIFORM_ALIGNMENT = 16

/** Flags of buffers. @source W3C, "WebGPU", 5.1.2 and 5.3: as numbers, since Node has no global GPUBufferUsage. */
const USAGE = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80 } as const
const MAP_MODE_READ = 0x1

/**
 * A device of WebGPU as one that runs kernels. The device is asked for with the adapter's own limits on memory and shared memory.
 * @throws Error with a sentence that says what to do: for a software adapter that was not asked for, one with too small limits, one that gives no device
 */
export async function openWebgpuDevice({ adapter, name }: NamedAdapter, { software }: { readonly software: boolean }): Promise<Device> {
  const { info, limits } = adapter
  if (!software && isSoftware(info, name)) throw new Error(softwareRefused(name))
  checkLimits(name, limits)
  const device = await requestDevice(adapter, name)
  let lost: DeviceLostError | null = null
  void device.lost.then(({ message, reason }) => {
    lost = new DeviceLostError(`the graphics device was lost (${reason}): ${message}`)
  })
  const usable = () => {
    if (lost !== null) throw lost
  }
  const buffers = new WeakMap<DeviceArray, GPUBuffer>()
  return {
    name: [name, info.description].filter((part) => part !== '').join(', '),
    limits: {
      memoryBytes: limits.maxBufferSize,
      arrayBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
      sharedBytes: limits.maxComputeWorkgroupStorageSize,
      threads: THREADS,
    },
    async load(kernel) {
      usable()
      const pipeline = await compile(device, kernel)
      return loadedKernel({ device, pipeline, kernel, usable, bufferOf: (array) => buffers.get(array) })
    },
    async allocate(content) {
      usable()
      const buffer = await allocateBuffer(device, content)
      const array: DeviceArray = {
        read: async (into) => {
          usable()
          await readBuffer(device, buffer, into)
        },
        release: () => {
          buffer.destroy()
        },
      }
      buffers.set(array, buffer)
      return array
    },
    async close() {
      device.destroy()
    },
  }
}

/** Networks side by side where each has a thread: WebGPU does not say how many a device runs. */
const THREADS = 1 << 16

/** Adapters that compute on the processor, whatever their driver says of itself. */
const SOFTWARE = /swiftshader|lavapipe|llvmpipe|softpipe|\bwarp\b|basic render/i

export function isSoftware({ architecture, description, device, isFallbackAdapter, vendor }: GPUAdapterInfo, name: string): boolean {
  return isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description, name].join(' '))
}

function softwareRefused(name: string): string {
  return `The graphics adapter ${name} computes on the processor, much slower than the engine cpu does. Is the driver of the graphics processor installed? Software adapters are for tests and must be asked for.`
}

/** What the kernels need: eight buffers, a workgroup of 64 threads and the shared memory of its tiles. */
const NEEDED = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 64,
  maxComputeWorkgroupStorageSize: 16 << 10,
  maxStorageBufferBindingSize: 128 << 20,
} as const

/** @throws Error that names every limit that is too small */
export function checkLimits(name: string, limits: Readonly<Record<keyof typeof NEEDED, number>>): void {
  const small = (Object.keys(NEEDED) as (keyof typeof NEEDED)[]).filter((limit) => limits[limit] < NEEDED[limit])
  if (small.length === 0) return
  const list = small.map((limit) => `${limit} is ${limits[limit]} and must be at least ${NEEDED[limit]}`).join(', ')
  throw new Error(`The graphics adapter ${name} allows too little: ${list}. A newer driver may allow more.`)
}

async function requestDevice(adapter: GPUAdapter, name: string): Promise<GPUDevice> {
  const { maxBufferSize, maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize } = adapter.limits
  try {
    return await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize } })
  } catch (cause) {
    throw new Error(`The graphics adapter ${name} gives no device: ${String(cause)}`, { cause })
  }
}

async function compile(device: GPUDevice, kernel: Kernel): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code: printWgsl(kernel) })
  return device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: kernel.name } })
}

interface Loaded {
  readonly device: GPUDevice
  readonly pipeline: GPUComputePipeline
  readonly kernel: Kernel
  /** Throws when the device has gone. */
  readonly usable: () => void
  readonly bufferOf: (array: DeviceArray) => GPUBuffer | undefined
}

function loadedKernel({ bufferOf, device, kernel, pipeline, usable }: Loaded): DeviceKernel {
  return {
    async launch(groups, arrays, scalars) {
      usable()
      const uniform = uniformBuffer(device, kernel, scalars)
      const bindings = [...arrays.map((array) => bufferOf(array)), uniform]
      const entries = bindings.map((buffer, binding) => {
        if (buffer === undefined) throw new Error('an array of another device')
        return { binding, resource: { buffer } }
      })
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: usedBy(entries, kernel) }))
      pass.dispatchWorkgroups(groups)
      pass.end()
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
      uniform.destroy()
      usable()
    },
  }
}

/** A layout made from the shader has only the bindings that it uses. */
function usedBy<T extends { readonly binding: number }>(entries: readonly T[], kernel: Kernel): T[] {
  const text = JSON.stringify(kernel.body)
  return entries.filter(({ binding }) => binding === kernel.buffers.length || text.includes(`"${kernel.buffers[binding]?.name}"`))
}

function uniformBuffer(device: GPUDevice, { scalars: declared }: Kernel, scalars: readonly number[]): GPUBuffer {
  const size = Math.ceil((4 * declared.length) / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT
  const view = new DataView(new ArrayBuffer(size))
  declared.forEach(({ type }, i) => {
    if (type === 'word') view.setUint32(4 * i, scalars[i] ?? 0, true)
    else view.setFloat32(4 * i, scalars[i] ?? 0, true)
  })
  const buffer = device.createBuffer({ size, usage: USAGE.uniform | USAGE.copyDestination })
  device.queue.writeBuffer(buffer, 0, view.buffer)
  return buffer
}

async function allocateBuffer(device: GPUDevice, content: ArrayBufferView): Promise<GPUBuffer> {
  device.pushErrorScope('out-of-memory')
  device.pushErrorScope('validation')
  const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination
  const buffer = device.createBuffer({ size: Math.max(4, content.byteLength), usage })
  const [invalid, full] = await Promise.all([device.popErrorScope(), device.popErrorScope()])
  const error = invalid ?? full
  if (error !== null) throw new DeviceMemoryError(`no memory on the device for ${content.byteLength} bytes: ${error.message}`)
  device.queue.writeBuffer(buffer, 0, content.buffer, content.byteOffset, content.byteLength)
  return buffer
}

async function readBuffer(device: GPUDevice, buffer: GPUBuffer, into: ArrayBufferView): Promise<void> {
  const size = into.byteLength
  const copy = device.createBuffer({ size, usage: USAGE.copyDestination | USAGE.mapRead })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, size)
  device.queue.submit([encoder.finish()])
  await copy.mapAsync(MAP_MODE_READ)
  new Uint8Array(into.buffer, into.byteOffset, size).set(new Uint8Array(copy.getMappedRange()))
  copy.unmap()
  copy.destroy()
}
