import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'

import { createCpuEngine } from './cpu-engine.ts'
import { exampleBatch } from './example-batch.ts'

// 10,000 batches: of each ten, one is cancelled while it trains and one refused.
const WARM_UP = 2000
const BATCHES = 10_000
const MEBIBYTE = 2 ** 20

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Resident and external bytes after everything that can be collected has been. */
async function held(): Promise<{ resident: number; external: number }> {
  for (let i = 0; i < 3; i++) {
    collect()
    await wait(5)
  }
  const { rss, external } = process.memoryUsage()
  return { resident: rss, external }
}

describe('many batches', () => {
  const engine = createCpuEngine({ threads: 2 })
  const short = exampleBatch({ trials: 9, width: 5, training: { steps: 3 } })
  const endless = exampleBatch({ trials: 9, width: 5, training: { steps: 1_000_000, stopAtDeath: false } })
  const refused = exampleBatch({ trials: 9, width: 257 })
  const never = new AbortController().signal

  async function trainOne(index: number): Promise<'trained' | 'cancelled' | 'refused'> {
    if (index % 10 === 7) return engine.train(refused, never).then(() => 'trained', () => 'refused')
    if (index % 10 !== 3) return engine.train(short, never).then(() => 'trained')
    const controller = new AbortController()
    const training = engine.train(endless, controller.signal)
    controller.abort(new Error('enough'))
    return training.then(() => 'trained', () => 'cancelled')
  }

  it('hold no memory once they are done', async () => {
    const counts = { trained: 0, cancelled: 0, refused: 0 }
    for (let i = 0; i < WARM_UP; i++) counts[await trainOne(i)] += 1
    const before = await held()
    for (let i = WARM_UP; i < BATCHES; i++) counts[await trainOne(i)] += 1
    const after = await held()
    expect(counts).toEqual({ trained: 8000, cancelled: 1000, refused: 1000 })
    // a batch has 3 kB of results and 40 kB of lane groups: one kept in a hundred would show
    expect(after.external - before.external).toBeLessThan(MEBIBYTE / 4)
    expect(after.resident - before.resident).toBeLessThan(16 * MEBIBYTE)
  })
})
