import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { InitialLaw } from '@collapsar/trial'
import { allocateParameters, parameterCount } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'

import { createCpuEngine } from './cpu-engine.ts'
import { exampleBatch } from './example-batch.ts'
import type { EngineBatch } from './request.ts'

const TRIALS = 4
/** Oracle of the bits, some hundred times slower than a vector: a layer is long there. */
const scalar = createCpuEngine({ threads: 1, instructionSet: 'scalar' })
const engine = createCpuEngine({ threads: 1 })

/** The largest network of this engine: 199 hidden layers of 256 units, 13.1 million parameters, 2 GB for a lane group. */
const largest = exampleBatch({ width: 256, depth: 200, points: 3000, trials: 0, training: { steps: 1000, stopAtDeath: false } })

const normal = { weights: { kind: 'normal', std: 0.1 }, biases: { kind: 'zero' }, replacesOne: false } as const
const law: InitialLaw = { initKey: [1, 2], biasKey: [3, 4], layers: Array.from({ length: 200 }, () => normal) }
const given = allocateParameters('ieee-f32/1', TRIALS * parameterCount(largest.shape)).fill(0.004)

const batchFrom = (initial: EngineBatch['initial']): EngineBatch => ({ ...largest, initial, trials: Float64Array.of(0, 1, 2, 3) })

// A busy machine may take the processor away for longer than 50 ms; what blocks by itself blocks again.
describe('the largest network', { retry: 2 }, () => {
  it.each([
    { kind: 'given', ms: 0, by: engine },
    { kind: 'given', ms: 300, by: engine },
    { kind: 'given', ms: 4000, by: engine },
    { kind: 'given', ms: 3000, by: scalar },
    { kind: 'drawn', ms: 300, by: engine },
    { kind: 'drawn', ms: 1500, by: engine },
  ])('with parameters $kind, stops within a second of an abort after $ms ms and never blocks the event loop', async ({ kind, ms, by }) => {
    const controller = new AbortController()
    const training = by.train(batchFrom(kind === 'given' ? given : law), controller.signal)
    const settled = training.catch((error: unknown) => error)
    const delays = monitorEventLoopDelay({ resolution: 5 })
    delays.enable()
    await wait(ms)
    const aborted = performance.now()
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await settled).toBe(reason)
    const took = performance.now() - aborted
    delays.disable()
    expect(took).toBeLessThan(1000)
    if (ms > 0) expect(delays.max / 1e6).toBeLessThan(5 + 50)
  })
})
