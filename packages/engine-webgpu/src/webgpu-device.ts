import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Device, DeviceArray, DeviceKernel, Kernel } from '@collapsar/kernels'
import { DeviceLostError, DeviceMemoryError, printWgsl } from '@collapsar/kernels'
import { allocateBuffer, readBuffer, reserveBuffer, scalarBuffer } from './buffers.ts'
import type { NamedAdapter } from './find-adapter.ts'
import { isSoftware } from './usable-adapter.ts'

/** Threads side by side: WebGPU does not say how many a device runs. No launch has more workgroups than the 65,535 that all devices allow. */
const THREADS = 1 << 16
/** Of a core, where the processor stands in for a graphics processor: a workgroup, so that a launch is as short as on any other. */
const THREADS_OF_CORE = 64
/** A driver that gives up tells so by the error of what it was doing first, and then of itself. */
const LAST_WORDS_MS = 100
/** What a shader may do with its buffers: GPUShaderStage.COMPUTE. */
const COMPUTE = 0x4

/**
 * A device of WebGPU as one that runs kernels. It is asked for with all the memory that its adapter allows, which is not what is free: an
 * allocation may fail below the limits.
 * @throws Error with a sentence that says why the adapter gives no device
 */
export async function openWebgpuDevice(found: NamedAdapter): Promise<Device> {
  const { adapter, name } = found
  const { info, limits } = adapter
  const device = await requestDevice(adapter, name)
  const guard = guardOf(device)
  const buffers = new WeakMap<DeviceArray, GPUBuffer>()
  const arrayOf = (buffer: GPUBuffer): DeviceArray => {
    const array: DeviceArray = {
      read: (into) => guard(() => readBuffer(device, buffer, into)),
      release: () => {
        buffer.destroy()
      },
    }
    buffers.set(array, buffer)
    return array
  }
  return {
    name: [name, info.description].filter((part) => part !== '').join(', '),
    limits: {
      memoryBytes: limits.maxBufferSize,
      arrayBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
      sharedBytes: limits.maxComputeWorkgroupStorageSize,
      workgroupThreads: limits.maxComputeInvocationsPerWorkgroup,
      threads: isSoftware(found) ? THREADS_OF_CORE * availableParallelism() : THREADS,
    },
    load: (kernel) => guard(() => loadKernel({ device, guard, kernel, bufferOf: (array) => buffers.get(array) })),
    allocate: (content) => guard(async () => arrayOf(await allocateBuffer(device, content))),
    reserve: (bytes) => guard(async () => arrayOf(await reserveBuffer(device, bytes))),
    async close() {
      device.destroy()
    },
  }
}

async function requestDevice(adapter: GPUAdapter, name: string): Promise<GPUDevice> {
  const { maxBufferSize, maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize } = adapter.limits
  try {
    return await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize } })
  } catch (cause) {
    throw new Error(`The graphics adapter ${name} gives no device: ${String(cause)}`, { cause })
  }
}

/** Does something on the device, and throws what the device has met before, meanwhile or by it. */
type Guard = <T>(act: () => Promise<T>) => Promise<T>

/** Most of WebGPU answers nothing when it goes wrong; the device is told of it later. What it met first is thrown by every later call. */
function guardOf(device: GPUDevice): Guard {
  let met: Error | null = null
  const lost = device.lost.then(({ message, reason }) => {
    met ??= new DeviceLostError(`the graphics device was lost (${reason}): ${message}`)
  })
  device.addEventListener('uncapturederror', (event) => {
    // Dawn would print it.
    event.preventDefault()
    const { error } = event
    met ??= error.constructor.name === 'GPUOutOfMemoryError' ? new DeviceMemoryError(error.message) : new Error(`the graphics device refused its work: ${error.message}`)
  })
  const check = () => {
    if (met !== null) throw met
  }
  return async (act) => {
    check()
    try {
      return await act()
    } catch (cause) {
      if (!(cause instanceof DeviceMemoryError)) await Promise.race([lost, setTimeout(LAST_WORDS_MS)])
      throw cause
    } finally {
      check()
    }
  }
}

interface Loading {
  readonly device: GPUDevice
  readonly guard: Guard
  readonly kernel: Kernel
  readonly bufferOf: (array: DeviceArray) => GPUBuffer | undefined
}

async function loadKernel({ bufferOf, device, guard, kernel }: Loading): Promise<DeviceKernel> {
  const layout = device.createBindGroupLayout({ entries: layoutEntries(kernel) })
  const pipeline = await compile(device, kernel, layout)
  const launch = async (groups: number, arrays: readonly DeviceArray[], scalars: readonly number[]) => {
    const uniform = scalarBuffer(device, kernel, scalars)
    try {
      const entries = [...arrays.map(bufferOf), uniform].map((buffer, binding) => {
        if (buffer === undefined) throw new Error('an array of another device')
        return { binding, resource: { buffer } }
      })
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, device.createBindGroup({ layout, entries }))
      pass.dispatchWorkgroups(groups)
      pass.end()
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
    } finally {
      uniform.destroy()
    }
  }
  return { launch: (groups, arrays, scalars) => guard(() => launch(groups, arrays, scalars)) }
}

/** Made for the kernel rather than from its shader: that would leave out what the shader declares and does not use. */
function layoutEntries({ buffers }: Kernel): GPUBindGroupLayoutEntry[] {
  const types = [...buffers.map(({ access }) => (access === 'read' ? ('read-only-storage' as const) : ('storage' as const))), 'uniform' as const]
  return types.map((type, binding) => ({ binding, visibility: COMPUTE, buffer: { type } }))
}

/** @throws Error with the compiler's words */
async function compile(device: GPUDevice, kernel: Kernel, layout: GPUBindGroupLayout): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ code: printWgsl(kernel) })
  const error = await device.popErrorScope()
  if (error !== null) throw new Error(`the kernel ${kernel.name} is no WGSL: ${error.message}`)
  return device.createComputePipelineAsync({ layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute: { module, entryPoint: kernel.name } })
}
