import { Worker } from 'node:worker_threads'
import type { EncodedBlock } from '@collapsar/sweep'
import type { MeasuredBatch, RecordColumns, TrainedBatch } from '@collapsar/trial'

interface MeasureRequest {
  readonly kind: 'measure'
  readonly batch: MeasuredBatch
  readonly trained: TrainedBatch
  readonly domain: readonly [number, number]
}

interface EncodeRequest {
  readonly kind: 'encode'
  readonly firstBlock: number
  readonly columns: readonly RecordColumns[]
}

export type MeasuringRequest = (MeasureRequest | EncodeRequest) & { readonly id: number }

/** `encoded` comes in several parts. */
export type MeasuringReply = { readonly id: number } & (
  | { readonly kind: 'measured'; readonly columns: RecordColumns }
  | { readonly kind: 'encoded'; readonly blocks: readonly EncodedBlock[]; readonly isLast: boolean }
  | { readonly kind: 'failed'; readonly reason: string }
)

/** Measures trained networks and packs blocks off the event loop, which must stay free to renew the queue's locks. */
export interface Measuring {
  /** The base records of a batch, in its order. Takes the arrays of `trained` away from the caller. */
  measure(batch: MeasuredBatch, trained: TrainedBatch, domain: readonly [number, number]): Promise<RecordColumns>
  /** The blocks from `firstBlock` on that consecutive columns make up. Takes the columns away from the caller. */
  encode(firstBlock: number, columns: readonly RecordColumns[]): Promise<readonly EncodedBlock[]>
  close(): Promise<void>
}

/** One thread, which takes its requests in turn. If it dies, those in hand fail and the next one starts a new thread. */
export function startMeasuring(): Measuring {
  let thread: MeasuringThread | null = null
  const running = (): MeasuringThread => {
    if (thread === null || thread.hasEnded()) thread = startThread()
    return thread
  }
  return {
    measure: async (batch, trained, domain) => {
      const replies = await running().ask({ kind: 'measure', batch, trained, domain }, buffersOf(trained))
      return replies.flatMap((reply) => (reply.kind === 'measured' ? [reply.columns] : []))[0] ?? unanswered()
    },
    encode: async (firstBlock, columns) => {
      const replies = await running().ask({ kind: 'encode', firstBlock, columns }, columns.flatMap(buffersOf))
      return replies.flatMap((reply) => (reply.kind === 'encoded' ? reply.blocks : []))
    },
    close: async () => thread?.close(),
  }
}

function unanswered(): never {
  throw new Error('the measuring thread gave no records')
}

interface MeasuringThread {
  /** All parts of the reply. */
  ask(request: MeasureRequest | EncodeRequest, transferred: ArrayBuffer[]): Promise<readonly MeasuringReply[]>
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
    hasEnded: () => ended,
    close: async () => {
      await worker.terminate()
    },
  }
}

/** Handed over instead of copied. */
function buffersOf(arrays: TrainedBatch | RecordColumns): ArrayBuffer[] {
  return Object.values(arrays).flatMap((array: TrainedBatch[keyof TrainedBatch]) =>
    array !== null && array.buffer instanceof ArrayBuffer ? [array.buffer] : [],
  )
}
