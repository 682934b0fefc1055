import { createChunkQueue } from '../../packages/queue/src/index.ts'
import type { ChunkQueueLocation } from '../../packages/queue/src/index.ts'

/**
 * A process that consumes chunks, for tests: prints `ready`, then a line for each chunk. It never finishes one; with a number
 * of milliseconds it blocks its event loop for that long first.
 */
const [location = '', lockSeconds = '', blockMs = '0'] = process.argv.slice(2)
const queue = await createChunkQueue(JSON.parse(location) as ChunkQueueLocation)
await queue.consume(
  'cpu',
  async (chunk, signal) => {
    console.log(`started ${chunk.id}`)
    if (Number(blockMs) > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(blockMs))
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    console.log(`aborted ${chunk.id}`)
  },
  { concurrency: 1, lockSeconds: Number(lockSeconds) },
)
console.log('ready')
