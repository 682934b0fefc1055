import { DeviceLostError, DeviceMemoryError } from '@collapsar/kernels'
import type { Kernel } from '@collapsar/kernels'
import { describe, expect, it } from 'vitest'
import { useSwiftShader } from '../../../test/support/swiftshader.ts'
import { loadDawn } from './dawn.ts'
import { findAdapter } from './find-adapter.ts'
import { openWebgpuDevice } from './webgpu-device.ts'

/** y[group] += factor, for each of the groups. */
const ADDING: Kernel = {
  name: 'adding',
  precision: 'f32',
  threads: 1,
  buffers: [{ name: 'y', type: 'float', access: 'write' }],
  scalars: [{ name: 'factor', type: 'float' }],
  shared: [],
  body: [
    { op: 'workgroup', to: { type: 'word', id: 0 } },
    { op: 'scalar', to: { type: 'float', id: 1 }, name: 'factor' },
    { op: 'load', to: { type: 'float', id: 32 }, from: 'y', index: { type: 'word', id: 0 }, offset: 0 },
    { op: 'binary', name: 'add', to: { type: 'float', id: 3 }, a: { type: 'float', id: 32 }, b: { type: 'float', id: 1 } },
    { op: 'store', into: 'y', index: { type: 'word', id: 0 }, offset: 0, value: { type: 'float', id: 3 } },
  ],
}

async function open() {
  return openWebgpuDevice(await findAdapter(await loadDawn()))
}

describe.skipIf(!useSwiftShader())('a device of WebGPU', () => {
  it('is named after its adapter and driver', async () => {
    const device = await open()
    expect(device.name).toMatch(/^SwiftShader .+, .+/)
    await device.close()
  })

  it('runs launches one after another', async () => {
    const device = await open()
    const y = await device.allocate(Float32Array.of(1, 2, 3))
    const kernel = await device.load(ADDING)
    await Promise.all([kernel.launch(2, [y], [0.5]), kernel.launch(3, [y], [10])])
    const result = new Float32Array(3)
    await y.read(result)
    expect(result).toEqual(Float32Array.of(11.5, 12.5, 13))
    await device.close()
  })

  it('keeps arrays that are copied in pieces', async () => {
    const device = await open()
    const content = Uint32Array.from({ length: (17 << 20) / 4 }, (_, i) => i)
    const array = await device.allocate(content)
    const read = new Uint32Array(content.length)
    await array.read(read)
    expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(content.buffer))).toBe(0)
    array.release()
    await device.close()
  })

  it('reserves memory that kernels write', async () => {
    const device = await open()
    const y = await device.reserve?.(8)
    if (y === undefined) throw new Error('nothing was reserved')
    await (await device.load(ADDING)).launch(2, [y], [0.25])
    const result = new Float32Array(2)
    await y.read(result)
    // "Initially the contents are zero": W3C, "WebGPU", 5.1.3.
    expect(result).toEqual(Float32Array.of(0.25, 0.25))
    await device.close()
  })

  it('says that memory does not suffice, and goes on', async () => {
    const device = await open()
    const failure = await device.reserve?.(device.limits.memoryBytes + 4).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DeviceMemoryError)
    expect(String(failure)).toContain(`no memory on the device for ${device.limits.memoryBytes + 4} bytes`)
    await device.allocate(Uint32Array.of(1))
    await device.close()
  })

  it('that was lost fails every call, those under way too', async () => {
    const device = await open()
    const array = await device.allocate(new Float32Array(1))
    const kernel = await device.load(ADDING)
    const underWay = array.read(new Float32Array(1))
    await device.close()
    const calls = [underWay, array.read(new Float32Array(1)), device.allocate(new Float32Array(1)), device.load(ADDING), kernel.launch(1, [array], [1])]
    for (const call of await Promise.allSettled(calls)) expect(call).toEqual({ status: 'rejected', reason: expect.any(DeviceLostError) })
    await expect(array.read(new Float32Array(1))).rejects.toThrow('the graphics device was lost (destroyed)')
  })

  it('throws what the device refused afterwards', async () => {
    const device = await open()
    const kernel = await device.load(ADDING)
    const released = await device.allocate(new Float32Array(1))
    released.release()
    await expect(kernel.launch(1, [released], [1])).rejects.toThrow('the graphics device refused its work')
    await expect(device.allocate(new Float32Array(1))).rejects.toThrow('the graphics device refused its work')
    await device.close()
  })

  it('gives the compiler’s words for a kernel that is none', async () => {
    const device = await open()
    await expect(device.load({ ...ADDING, name: 'not a name' })).rejects.toThrow('the kernel not a name is no WGSL')
    await device.close()
  })
})
