import type { Device, DeviceArray, DeviceKernel, Kernel } from '@collapsar/kernels'
import { DeviceLostError, DeviceMemoryError, printWgsl } from '@collapsar/kernels'

const UNIFORM_ALIGNMENT = 16

/**
 * A device of WebGPU as one that runs kernels. The device is asked for with the adapter's own limits on memory and shared memory.
 * @throws Error with a sentence that says what to do when the adapter gives no device
 */
export async function openWebgpuDevice(adapter: GPUAdapter): Promise<Device> {
  const { limits } = adapter
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
    },
  })
  let lost: DeviceLostError | null = null
  void device.lost.then(({ message, reason }) => {
    lost = new DeviceLostError(`the graphics device was lost (${reason}): ${message}`)
  })
  const usable = () => {
    if (lost !== null) throw lost
  }
  const buffers = new WeakMap<DeviceArray, GPUBuffer>()
  return {
    name: nameOf(adapter.info),
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

function nameOf({ architecture, description, device, vendor }: GPUAdapterInfo): string {
  return [vendor, architecture, device, description].filter((part) => part !== '').join(' ')
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
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST })
  device.queue.writeBuffer(buffer, 0, view.buffer)
  return buffer
}

async function allocateBuffer(device: GPUDevice, content: ArrayBufferView): Promise<GPUBuffer> {
  device.pushErrorScope('out-of-memory')
  device.pushErrorScope('validation')
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const buffer = device.createBuffer({ size: Math.max(4, content.byteLength), usage })
  const [invalid, full] = await Promise.all([device.popErrorScope(), device.popErrorScope()])
  const error = invalid ?? full
  if (error !== null) throw new DeviceMemoryError(`no memory on the device for ${content.byteLength} bytes: ${error.message}`)
  device.queue.writeBuffer(buffer, 0, content.buffer, content.byteOffset, content.byteLength)
  return buffer
}

async function readBuffer(device: GPUDevice, buffer: GPUBuffer, into: ArrayBufferView): Promise<void> {
  const size = into.byteLength
  const copy = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, size)
  device.queue.submit([encoder.finish()])
  await copy.mapAsync(GPUMapMode.READ)
  new Uint8Array(into.buffer, into.byteOffset, size).set(new Uint8Array(copy.getMappedRange()))
  copy.unmap()
  copy.destroy()
}
