import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

// On the build, in a process that does nothing else: 12,000 batches, of each ten one cancelled while it trains, one refused.
const SCRIPT = `
  import { createCpuEngine } from './dist/index.js'
  import { exampleBatch } from './dist/example-batch.js'

  const engine = createCpuEngine({ threads: 2 })
  const short = exampleBatch({ trials: 9, width: 5, training: { steps: 3 } })
  const endless = exampleBatch({ trials: 9, width: 5, training: { steps: 1e6, stopAtDeath: false } })
  const refused = exampleBatch({ trials: 9, width: 257 })
  const never = new AbortController().signal
  const counts = { trained: 0, cancelled: 0, refused: 0 }

  async function trainOne(index) {
    const cancelling = index % 10 === 3
    const controller = new AbortController()
    const batch = cancelling ? endless : index % 10 === 7 ? refused : short
    const training = engine.train(batch, cancelling ? controller.signal : never)
    if (cancelling) controller.abort(new Error('enough'))
    await training.then(() => counts.trained++, () => cancelling ? counts.cancelled++ : counts.refused++)
  }

  async function held() {
    for (let i = 0; i < 4; i++) {
      gc()
      await new Promise((done) => setTimeout(done, 5))
    }
    const { rss, external, heapUsed } = process.memoryUsage()
    return { rss, external, heapUsed }
  }

  for (let i = 0; i < 4000; i++) await trainOne(i)
  const before = await held()
  for (let i = 4000; i < 12000; i++) await trainOne(i)
  const after = await held()
  console.log(JSON.stringify({ counts, before, after }))`

const MEBIBYTE = 2 ** 20

interface Report {
  readonly counts: object
  readonly before: NodeJS.MemoryUsage
  readonly after: NodeJS.MemoryUsage
}

describe('many batches', () => {
  it('hold no memory once they are done, cancelled and refused ones among them', async () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    // One arena and a small nursery: what else grows by itself hides what is not given back.
    const flags = ['--expose-gc', '--max-semi-space-size=1', '--input-type=module', '-e', SCRIPT]
    const env = { ...process.env, MALLOC_ARENA_MAX: '1' }
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd, env })
    const { counts, before, after } = JSON.parse(stdout) as Report
    expect(counts).toEqual({ trained: 9600, cancelled: 1200, refused: 1200 })
    // A batch has 3 kB of results, 40 kB of lane groups and some objects: 8,000 of them may leave 32 bytes each. Joined by
    // AbortSignal.any, a batch's signals left 80. Resident memory depends on the allocator too.
    expect(after.heapUsed - before.heapUsed).toBeLessThan(MEBIBYTE / 4)
    expect(after.external - before.external).toBeLessThan(MEBIBYTE / 4)
    expect(after.rss - before.rss).toBeLessThan(16 * MEBIBYTE)
  })
})
