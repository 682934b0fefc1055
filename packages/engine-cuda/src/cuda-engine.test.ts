import { readFileSync } from 'node:fs'
import { DeviceLostError, DeviceMemoryError } from '@collapsar/kernels'
import { conformanceChecks, createReferenceEngine, trialBatch } from '@collapsar/trial'
import { afterEach, describe, expect, it } from 'vitest'
import { buildStubCuda } from '../../../test/support/stub-cuda.ts'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { createCudaEngine } from './cuda-engine.ts'

const stub = buildStubCuda()
const traces = JSON.parse(readFileSync(new URL('../../../test/golden/training-float64.json', import.meta.url), 'utf8')) as unknown
const forever = new AbortController().signal

afterEach(() => {
  stub.set({})
})

const spec = exampleSpec({ depth: 4, problem: { points: 41 }, training: { steps: 40, optimizer: { kind: 'adam', learningRate: 0.01 } } })

describe('the CUDA engine on a driver without a processor', () => {
  it('has every bit of the reference engine, through the driver', async () => {
    const engine = createCudaEngine({ library: stub.path })
    const batch = trialBatch(spec, Array.from({ length: 5 }, (_, i) => i), { trace: true })
    expect(await engine.train(batch, forever)).toEqual(await createReferenceEngine().train(batch, forever))
    await engine.close()
  })

  it('tells two cards of one model apart', () => {
    stub.set({ devices: 2 })
    const [first, second] = [0, 1].map((device) => createCudaEngine({ library: stub.path, device }).device)
    expect(first).toMatch(/^Stub 0 at 0000:10:00, CUDA \d+\.\d+$/)
    expect(second).toMatch(/^Stub 1 at 0000:11:00, CUDA \d+\.\d+$/)
  })

  it('says that there is no driver, no device, and no such device', () => {
    expect(() => createCudaEngine({ library: '/nowhere/libcuda.so' })).toThrow('The driver of an NVIDIA processor is not installed here')
    stub.set({ devices: 0 })
    expect(() => createCudaEngine({ library: stub.path })).toThrow('cuInit failed: CUDA_ERROR_NO_DEVICE')
    stub.set({})
    expect(() => createCudaEngine({ library: stub.path, device: 3 })).toThrow('There is no CUDA device 3; this machine has 1, counted from 0.')
    stub.set({ major: 7 })
    expect(() => createCudaEngine({ library: stub.path })).toThrow('Stub 0 has the compute capability 7; the kernels need 8 (Ampere) or later.')
  })

  it('says that memory ran out, and that the device gave up', async () => {
    const engine = createCudaEngine({ library: stub.path })
    const batch = trialBatch(spec, [0])
    stub.set({ failNext: 2 })
    await expect(engine.train(batch, forever)).rejects.toThrow(DeviceMemoryError)
    stub.set({ failNext: 700 })
    await expect(engine.train(batch, forever)).rejects.toThrow(new DeviceLostError('the CUDA device gave up: cuMemAlloc_v2 failed: CUDA_ERROR_ILLEGAL_ADDRESS'))
    stub.set({ failLaunch: 700 })
    await expect(engine.train(batch, forever)).rejects.toBeInstanceOf(DeviceLostError)
  })

  const referenceEngine = createReferenceEngine()
  const checks = conformanceChecks(createCudaEngine({ library: stub.path }), { referenceEngine, traces })
  it.each(checks.filter(({ name }) => /^ieee-f64.*(no steps at all|aborted beforehand|two batches)/.test(name)))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
