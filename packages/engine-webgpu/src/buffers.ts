import { setImmediate } from 'node:timers/promises'
import type { Kernel } from '@collapsar/kernels'
import { DeviceMemoryError } from '@collapsar/kernels'

/** Flags of buffers and maps, which Node has no global of. @source W3C, "WebGPU", 5.1 (GPUBufferUsage) and 5.3 (GPUMapMode) */
const USAGE = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80 } as const
const READ = 0x1

/** Copied at a time: some milliseconds, in which the event loop waits. */
const PIECE_BYTES = 16 << 20
const UNIFORM_ALIGNMENT = 16

/** @throws DeviceMemoryError where the content does not fit */
export async function allocateBuffer(device: GPUDevice, content: ArrayBufferView): Promise<GPUBuffer> {
  const buffer = await reserveBuffer(device, content.byteLength)
  for (const [from, bytes] of pieces(content)) {
    device.queue.writeBuffer(buffer, from, bytes)
    await setImmediate()
  }
  return buffer
}

/** Memory that WebGPU makes zero where it is read before it is written. @throws DeviceMemoryError where it does not fit */
export async function reserveBuffer(device: GPUDevice, bytes: number): Promise<GPUBuffer> {
  device.pushErrorScope('out-of-memory')
  device.pushErrorScope('validation')
  const buffer = device.createBuffer({ size: Math.max(4, bytes), usage: USAGE.storage | USAGE.copySource | USAGE.copyDestination })
  const [invalid, full] = await Promise.all([device.popErrorScope(), device.popErrorScope()])
  const error = invalid ?? full
  if (error !== null) throw new DeviceMemoryError(`no memory on the device for ${bytes} bytes: ${error.message.trim()}`)
  return buffer
}

/** Copies the first bytes of a buffer, after all work before. */
export async function readBuffer(device: GPUDevice, buffer: GPUBuffer, into: ArrayBufferView): Promise<void> {
  const copy = device.createBuffer({ size: Math.min(PIECE_BYTES, into.byteLength), usage: USAGE.copyDestination | USAGE.mapRead })
  try {
    for (const [from, bytes] of pieces(into)) {
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(buffer, from, copy, 0, bytes.byteLength)
      device.queue.submit([encoder.finish()])
      await copy.mapAsync(READ, 0, bytes.byteLength)
      bytes.set(new Uint8Array(copy.getMappedRange(0, bytes.byteLength)))
      copy.unmap()
    }
  } finally {
    copy.destroy()
  }
}

/** The scalars of a launch, in the layout of a WGSL struct of 32-bit numbers. */
export function scalarBuffer(device: GPUDevice, { scalars: declared }: Kernel, scalars: readonly number[]): GPUBuffer {
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

function* pieces({ buffer, byteLength, byteOffset }: ArrayBufferView): Generator<[from: number, bytes: Uint8Array<ArrayBuffer>]> {
  for (let from = 0; from < byteLength; from += PIECE_BYTES) {
    yield [from, new Uint8Array(buffer as ArrayBuffer, byteOffset + from, Math.min(PIECE_BYTES, byteLength - from))]
  }
}
