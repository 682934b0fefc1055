import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { allocateTrained } from '@collapsar/trial'
import type { InitialLaw, LayerLaw, TrialBatch } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'

import { loadAddon } from './addon.ts'
import { createCpuEngine } from './cpu-engine.ts'
import { exampleBatch } from './example-batch.ts'
import { requestOf } from './request.ts'
import { cpuEngineStatus } from './status.ts'

const never = new AbortController().signal
const engine = createCpuEngine({ threads: 2 })

/** Hours of work: one step of one lane group takes seconds. */
const endless = (training: Partial<TrialBatch['training']> = {}) =>
  exampleBatch({ width: 200, depth: 20, points: 3000, trials: 16, training: { steps: 1_000_000, ...training } })

/** Minutes of work in steps of microseconds. */
const long = exampleBatch({ width: 2, trials: 16, training: { steps: 100_000_000, stopAtDeath: false } })

describe('train', () => {
  it.each([
    ['a step of many seconds', endless()],
    ['many short steps', long],
    ['the losses of a trace', { ...endless({ steps: 5 }), trace: true }],
  ] as const)('rejects with the reason within a second of an abort during %s', async (_, batch) => {
    const controller = new AbortController()
    const training = engine.train(batch, controller.signal)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const reason = new Error('enough')
    const aborted = performance.now()
    controller.abort(reason)
    await expect(training).rejects.toBe(reason)
    expect(performance.now() - aborted).toBeLessThan(1000)
  })

  it('rejects at once when the signal is already aborted', async () => {
    await expect(engine.train(long, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })

  it('is aborted by close, and so is every later call', async () => {
    const closed = createCpuEngine({ threads: 1 })
    const trainings = Promise.allSettled([closed.train(long, never), closed.train(long, never)])
    await closed.close()
    const rejected = { status: 'rejected', reason: new Error('the CPU engine was closed') }
    expect(await trainings).toEqual([rejected, rejected])
    await expect(closed.train(exampleBatch(), never)).rejects.toThrow('the CPU engine was closed')
  })

  it('serves concurrent calls', async () => {
    const batches = [1, 2, 3, 4].map((seed) => exampleBatch({ seed, trials: 20 }))
    const together = await Promise.all(batches.map((batch) => engine.train(batch, never)))
    for (const [i, batch] of batches.entries()) expect(together[i]).toEqual(await engine.train(batch, never))
  })

  it('trains no trials in no time', async () => {
    const trained = await engine.train(exampleBatch({ trials: 0 }), never)
    expect(trained.parameters).toHaveLength(0)
  })

  it('leaves the initial parameters as they are, and makes no update in 0 steps', async () => {
    const batch = exampleBatch({ training: { steps: 0, stopAtDeath: false } })
    const before = batch.initial.slice()
    const trained = await engine.train(batch, never)
    expect(batch.initial).toEqual(before)
    expect(trained.parameters).toEqual(before)
    expect(trained.endStep.every((step) => step === 0)).toBe(true)
  })
})

describe('wrong input is refused', () => {
  const batch = exampleBatch()
  it.each<[string, Partial<TrialBatch>, string]>([
    ['initial parameters too short', { initial: batch.initial.slice(1) }, 'invalid length of initial'],
    ['initial parameters of the other type', { initial: Float64Array.from(batch.initial) }, 'invalid initial'],
    ['too few inputs', { points: { ...batch.points, inputs: new Float64Array(3) } }, 'invalid length of pointInputs'],
    ['too few targets', { points: { ...batch.points, targets: new Float64Array(3) } }, 'invalid length of pointTargets'],
    ['a key of no 32-bit word', { minibatchKey: [-1, 0] }, 'invalid minibatchKey0'],
    ['a noise key of no 32-bit word', { noiseKey: [0, 0.5] }, 'invalid noiseKey1'],
    ['a noise without a number', { training: { ...batch.training, noise: { kind: 'absolute', level: NaN, parameters: 'all' } } }, 'invalid noiseLevel'],
    ['a leak of zero', { shape: { ...batch.shape, activation: { kind: 'leaky-relu', leak: 0 } } }, 'leak must be positive'],
    ['depth 201', { shape: { ...batch.shape, sizes: [1, ...Array<number>(200).fill(3), 1] } }, 'depth must be from 2 to 200'],
    ['unequal widths', { shape: { ...batch.shape, sizes: [1, 3, 4, 3, 1] } }, 'same width'],
    ['sizes that do not fit the points', { shape: { ...batch.shape, sizes: [2, 3, 3, 3, 1] } }, 'do not fit'],
  ])('%s', async (_, change, sentence) => {
    await expect(engine.train({ ...batch, ...change }, never)).rejects.toThrow(sentence)
  })

  const layer: LayerLaw = { weights: { kind: 'normal', std: 1 }, biases: { kind: 'zero' }, replacesOne: false }
  it.each<[string, readonly LayerLaw[], string]>([
    ['a law of three layers for a network of four', [layer, layer, layer], 'invalid length of lawKinds'],
    ['a law without a number', [layer, layer, layer, { ...layer, weights: { kind: 'normal', std: NaN } }], 'invalid law'],
  ])('%s', async (_, layers, sentence) => {
    const initial: InitialLaw = { initKey: [1, 2], biasKey: [3, 4], layers }
    await expect(engine.train({ ...batch, initial }, never)).rejects.toThrow(sentence)
  })

  it('results of a wrong type, by the addon itself', () => {
    const loaded = loadAddon()
    const results = allocateTrained(batch)
    for (const name of Object.keys(results).filter((key) => key !== 'lossTrace' && key !== 'end')) {
      const request = { ...requestOf(batch, results), [name]: new Uint8Array(1), instructionSet: 'scalar', threads: 1 }
      expect(() => loaded.available && loaded.addon.train(request, () => {})).toThrow(`invalid ${name}`)
    }
  })

  it('an unknown instruction set, and threads that are none', () => {
    expect(() => createCpuEngine({ instructionSet: process.arch === 'x64' ? 'neon' : 'avx2' })).toThrow('not available')
    expect(() => createCpuEngine({ threads: 0 })).toThrow('invalid threads: 0')
  })
})

const addonUrl = new URL('../build/engine.node', import.meta.url)

describe('the end of the environment', () => {
  const request = { ...requestOf(long, allocateTrained(long)), instructionSet: 'scalar', threads: 2 }
  const script = (path: string) => `require(${JSON.stringify(path)}).train(request, () => {})`

  it('process.exit ends a process whose threads still train', async () => {
    const source = `process.on('message', (request) => {
      ${script(fileURLToPath(addonUrl))}
      setTimeout(() => process.exit(7), 100)
    })`
    const child = fork('-e', [source], { serialization: 'advanced', execArgv: [] })
    child.send(request)
    const started = performance.now()
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(7)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('worker.terminate stops the threads of its worker', async () => {
    const source = `const { workerData: request, parentPort } = require('node:worker_threads')
      ${script(fileURLToPath(addonUrl))}
      parentPort.postMessage('training')
      setInterval(() => {}, 1000)`
    const worker = new Worker(source, { eval: true, workerData: request })
    await new Promise((resolve) => worker.once('message', resolve))
    const started = performance.now()
    await worker.terminate()
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('cpuEngineStatus', () => {
  it('names the instruction set that is taken by default, scalar always among the choices', () => {
    const status = cpuEngineStatus()
    expect(status.available && status.instructionSets[0]).toBe(status.available && status.instructionSet)
    expect(status.available && status.instructionSets).toContain('scalar')
  })
})
