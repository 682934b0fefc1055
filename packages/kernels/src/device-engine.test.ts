import { setImmediate } from 'node:timers/promises'
// Of the build, as the device of the tests is: they share the classes of their errors.
import type { Device, DeviceArray, DeviceKernel } from '@collapsar/kernels'
import { createDeviceEngine, DeviceLostError, DeviceMemoryError } from '@collapsar/kernels'
import { createReferenceEngine, trialBatch } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { createPtxDevice } from '../../../test/support/ptx-device.ts'
import { exampleSpec } from '../../trial/src/example-spec.ts'

const OPTIONS = { id: 'ptx', version: '1', numerics: ['ieee-f32/1'], threads: 8 } as const
const forever = new AbortController().signal

const spec = exampleSpec({ depth: 3, width: 4, problem: { points: 9 }, training: { steps: 40 } })
const batchOf = (trials: number, trace = false) => trialBatch(spec, Array.from({ length: trials }, (_, i) => i), { trace })

/** A device that keeps account of its launches and arrays. */
function watched(device: Device) {
  const log = { kernels: [] as string[], groups: [] as number[], held: 0, closed: 0 }
  const watchedArray = (array: DeviceArray): DeviceArray => {
    log.held += 1
    const { release } = array
    return Object.assign(array, {
      release: () => {
        log.held -= 1
        release()
      },
    })
  }
  const watchedKernel = (name: string, kernel: DeviceKernel): DeviceKernel => ({
    launch: (groups, ...others) => {
      log.kernels.push(name)
      log.groups.push(groups)
      return kernel.launch(groups, ...others)
    },
  })
  const watching: Device = {
    ...device,
    load: async (kernel) => watchedKernel(kernel.name, await device.load(kernel)),
    allocate: async (content) => watchedArray(await device.allocate(content)),
    reserve: async (bytes) => watchedArray(await device.reserve!(bytes)),
    close: async () => {
      log.closed += 1
    },
  }
  return { device: watching, log }
}

it('a batch with too few initial parameters is refused before a kernel could read beyond them', async () => {
  const engine = createDeviceEngine(createPtxDevice(), OPTIONS)
  await expect(engine.train({ ...batchOf(2), initial: new Float32Array(33) }, forever)).rejects.toThrow('invalid initial: 33 parameters; expected 66, 33 for each of 2 trials')
})

describe('the kernel of a batch', () => {
  it('gives each network a workgroup where all of them run at once, and else a thread', async () => {
    const { device, log } = watched(createPtxDevice({ threads: 32 }))
    const engine = createDeviceEngine(device, OPTIONS)
    for (const [trials, kernel] of [[2, 'train_in_blocks'], [3, 'train_in_registers'], [2, 'train_in_blocks']] as const) {
      log.kernels.length = 0
      expect(await engine.train(batchOf(trials), forever)).toEqual(await createReferenceEngine().train(batchOf(trials), forever))
      expect(new Set(log.kernels)).toEqual(new Set([kernel]))
    }
  })

  it('is that of whatever memory there is where blocks do not fit', async () => {
    const { device, log } = watched(createPtxDevice({ threads: 32, sharedBytes: 1024 }))
    expect(await createDeviceEngine(device, OPTIONS).train(batchOf(4), forever)).toEqual(await createReferenceEngine().train(batchOf(4), forever))
    expect(new Set(log.kernels)).toEqual(new Set(['train_in_workgroups']))
  })

  it('is loaded once for all learning rates of Adam, numbers of steps and sizes of minibatches', async () => {
    const { device } = watched(createPtxDevice())
    let loads = 0
    const load = (kernel: Parameters<Device['load']>[0]) => {
      loads += 1
      return device.load(kernel)
    }
    const engine = createDeviceEngine({ ...device, load }, { ...OPTIONS, kernelShape: 'registers' })
    for (const [learningRate, steps, batch] of [[0.01, 3, 5], [0.1, 4, 7]] as const) {
      const trials = trialBatch(exampleSpec({ problem: { points: 9 }, training: { steps, batch, optimizer: { kind: 'adam', learningRate } } }), [0])
      expect(await engine.train(trials, forever)).toEqual(await createReferenceEngine().train(trials, forever))
    }
    expect(loads).toBe(1)
  })

  it('keeps a narrow network in a thread where blocks do not fit: its sums over samples are as long in a workgroup', async () => {
    const { device, log } = watched(createPtxDevice({ threads: 1024, sharedBytes: 256 }))
    await createDeviceEngine(device, OPTIONS).train(trialBatch(exampleSpec({ depth: 10, problem: { points: 3 }, training: { steps: 2 } }), [0]), forever)
    expect(new Set(log.kernels)).toEqual(new Set(['train_in_registers']))
  })

  it('is the same for every size of batch where bits are the driver’s', async () => {
    const { device, log } = watched(createPtxDevice({ threads: 32 }))
    const engine = createDeviceEngine(device, { ...OPTIONS, numerics: ['webgpu-f32/1'] })
    const likeThem = exampleSpec({ numerics: 'webgpu-f32/1', depth: 3, width: 4, problem: { points: 9 }, training: { steps: 40 } })
    for (const trials of [[0], [0, 1, 2, 3, 4]]) await engine.train(trialBatch(likeThem, trials), forever)
    expect(new Set(log.kernels)).toEqual(new Set(['train_in_registers']))
  })
})

describe('the memory of a device', () => {
  const options = { ...OPTIONS, kernelShape: 'workgroups' } as const

  it('bounds the networks that are trained side by side', async () => {
    // 33 parameters, thrice for Adam, and the earlier loss: 424 bytes a slot with its words, beside 2,020 of the batch.
    for (const [saysBytes, groups] of [[1 << 26, 8], [4300, 4]] as const) {
      const { device, log } = watched(createPtxDevice({ saysBytes }))
      expect(await createDeviceEngine(device, options).train(batchOf(9), forever)).toEqual(await createReferenceEngine().train(batchOf(9), forever))
      expect(new Set(log.groups)).toEqual(new Set([groups]))
      expect(log.held).toBe(0)
    }
  })

  it('has room for half as many, again and again, where it is less than the device says', async () => {
    const { device, log } = watched(createPtxDevice({ memoryBytes: 6200, saysBytes: 1 << 20 }))
    expect(await createDeviceEngine(device, options).train(batchOf(9), forever)).toEqual(await createReferenceEngine().train(batchOf(9), forever))
    expect(new Set(log.groups)).toEqual(new Set([2]))
  })

  it('takes a batch in parts where the arrays of its trials are larger', async () => {
    // 33 parameters, 4 facts, a trace of 41 and 8 marks: 344 bytes a trial in half of the memory, beside 392 of the points and Adam's table: five trials.
    const { device, log } = watched(createPtxDevice({ saysBytes: 4300 }))
    const fractions: number[] = []
    const trained = await createDeviceEngine(device, options).train(batchOf(6, true), forever, (fraction) => fractions.push(fraction))
    expect(trained).toEqual(await createReferenceEngine().train(batchOf(6, true), forever))
    expect([...new Set(log.groups)]).toEqual([4, 1])
    expect([fractions, fractions.at(-1)]).toEqual([fractions.toSorted((a, b) => a - b), 1])
  })

  it('is too little for one network, which is said', async () => {
    const { device, log } = watched(createPtxDevice({ memoryBytes: 4000 }))
    const training = createDeviceEngine(device, options).train(batchOf(1, true), forever)
    await expect(training).rejects.toThrow('PTX machine has too little memory for 1 trials and their traces of 40 steps, 1 of them at a time: 1 MiB are needed, 1 MiB are there.')
    await expect(training).rejects.toBeInstanceOf(DeviceMemoryError)
    expect(log.held).toBe(0)
  })

  it('is too little for the trace of one trial, which is said before anything is tried', () => {
    const engine = createDeviceEngine(createPtxDevice(), OPTIONS)
    const { initial: _initial, trials: _trials, ...law } = trialBatch(exampleSpec({ training: { steps: 10_000_000 } }), [], { trace: true })
    expect(engine.supports(law)).toBe('one trial with its trace of 10000000 steps does not fit into the memory of the device, 64 MiB')
    expect(engine.supports({ ...law, trace: false })).toBe(true)
  })
})

describe('a training on a device', () => {
  it('rejects with the loss of the device, and frees what it held', async () => {
    const { device, log } = watched(createPtxDevice())
    const lost = new DeviceLostError('gone')
    const engine = createDeviceEngine({ ...device, load: async () => ({ launch: () => Promise.reject(lost) }) }, OPTIONS)
    await expect(engine.train(batchOf(2), forever)).rejects.toBe(lost)
    expect(log.held).toBe(0)
  })

  it('stops behind the launches in flight, and leaves none running', async () => {
    const { device, log } = watched(createPtxDevice())
    const engine = createDeviceEngine(device, OPTIONS)
    const abort = new AbortController()
    const endless = trialBatch(exampleSpec({ problem: { points: 9 }, training: { steps: 1_000_000, stopAtDeath: false } }), [0])
    const training = engine.train(endless, abort.signal)
    while (log.kernels.length < 3) await setImmediate()
    const launched = log.kernels.length
    abort.abort(new Error('enough'))
    await expect(training).rejects.toThrow('enough')
    expect(log.kernels.length - launched).toBeLessThanOrEqual(1)
    expect(log.held).toBe(0)
  })

  it('is the last on a device whose engine was closed', async () => {
    const { device, log } = watched(createPtxDevice())
    const engine = createDeviceEngine(device, OPTIONS)
    const training = engine.train(batchOf(2), forever)
    await engine.close()
    expect(log.closed).toBe(0)
    await expect(training).rejects.toThrow('the ptx engine was closed')
    await engine.close()
    expect(log.closed).toBe(1)
  })
})
