import { Worker } from 'node:worker_threads'
import { buffersOf, measuredBuffers } from './measured.ts'
import type { EncodedTrials, MeasuredBlocks, MeasuredTrials, TrainedTrials } from './measured.ts'

interface MeasureRequest {
  readonly kind: 'measure'
  readonly trials: TrainedTrials
}

interface EncodeRequest {
  readonly kind: 'encode'
  readonly blocks: MeasuredBlocks
}

export type MeasuringRequest = (MeasureRequest | EncodeRequest) & { readonly id: number }

/** `encoded` comes in several parts. */
export type MeasuringReply = { readonly id: number } & (
  | { readonly kind: 'measured'; readonly measured: MeasuredTrials }
  | { readonly kind: 'encoded'; readonly encoded: EncodedTrials; readonly isLast: boolean }
  | { readonly kind: 'failed'; readonly reason: string }
)

/** Measures trained networks and packs blocks off the event loop, which must stay free to renew the queue's locks. */
export interface Measuring {
  /** Into how many parts a batch is best cut for it. */
  readonly parts: number
  /** The base records of a batch and what its sets measure, in its order. Takes the trained arrays away from the caller. */
  measure(trials: TrainedTrials): Promise<MeasuredTrials>
  /** The blocks from `firstBlock` on that consecutive batches make up. Takes their columns away from the caller. */
  encode(blocks: MeasuredBlocks): Promise<EncodedTrials>
  close(): Promise<void>
}

/** As many as a worker trains chunks at a time: measuring a map without training takes longer than anything else. */
const CHUNKS_AT_A_TIME = 2

/**
 * Threads that take their requests in turn; a further one is started when all are busy. If one dies, what it had in hand fails.
 * @param threads most of them. More than a worker has chunks in hand measure parts of one batch side by side: a graphics processor trains
 *   more networks than two threads measure.
 */
export function startMeasuring(threads = CHUNKS_AT_A_TIME): Measuring {
  let started: MeasuringThread[] = []
  const least = (): MeasuringThread => {
    started = started.filter((thread) => !thread.hasEnded())
    const [idlest] = started.toSorted((a, b) => a.inHand() - b.inHand())
    if (idlest !== undefined && (idlest.inHand() === 0 || started.length >= threads)) return idlest
    const another = startThread()
    started.push(another)
    return another
  }
  return {
    parts: Math.max(1, Math.floor(threads / CHUNKS_AT_A_TIME)),
    measure: async (trials) => {
      const arrays = [trials.trained, ...trials.observed.map(({ trained }) => trained)]
      const replies = await least().ask({ kind: 'measure', trials }, arrays.flatMap((trained) => buffersOf(Object.values(trained))))
      return replies.flatMap((reply) => (reply.kind === 'measured' ? [reply.measured] : []))[0] ?? unanswered()
    },
    encode: async (blocks) => {
      const replies = await least().ask({ kind: 'encode', blocks }, blocks.batches.flatMap(measuredBuffers))
      const parts = replies.flatMap((reply) => (reply.kind === 'encoded' ? [reply.encoded] : []))
      return { blocks: parts.flatMap((part) => part.blocks), measurements: parts.flatMap((part) => part.measurements) }
    },
    close: async () => {
      await Promise.all(started.map((thread) => thread.close()))
    },
  }
}

function unanswered(): never {
  throw new Error('the measuring thread gave no records')
}

interface MeasuringThread {
  /** All parts of the reply. */
  ask(request: MeasureRequest | EncodeRequest, transferred: ArrayBuffer[]): Promise<readonly MeasuringReply[]>
  /** Requests that are not answered yet. */
  inHand(): number
  hasEnded(): boolean
  close(): Promise<void>
}

interface Pending {
  readonly replies: MeasuringReply[]
  resolve(replies: readonly MeasuringReply[]): void
  reject(error: Error): void
}

function startThread(): MeasuringThread {
  const worker = new Worker(new URL('./measuring-thread.js', import.meta.url))
  const pending = new Map<number, Pending>()
  let requests = 0
  let ended = false
  const end = (error: Error) => {
    ended = true
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  worker.on('message', (reply: MeasuringReply) => {
    const request = pending.get(reply.id)
    request?.replies.push(reply)
    if (reply.kind === 'encoded' && !reply.isLast) return
    pending.delete(reply.id)
    if (reply.kind === 'failed') request?.reject(new Error(reply.reason))
    else request?.resolve(request.replies)
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the measuring thread has ended')))
  return {
    ask: (request, transferred) =>
      new Promise((resolve, reject) => {
        const id = (requests += 1)
        pending.set(id, { replies: [], resolve, reject })
        worker.postMessage({ ...request, id }, transferred)
      }),
    inHand: () => pending.size,
    hasEnded: () => ended,
    close: async () => {
      await worker.terminate()
    },
  }
}
