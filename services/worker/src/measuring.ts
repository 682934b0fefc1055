import { Worker } from 'node:worker_threads'
import type { TrainedBatch, TrialBatch, TrialRecord } from '@collapsar/trial'

export interface MeasuringRequest {
  readonly id: number
  readonly batch: Omit<TrialBatch, 'initial'>
  readonly trained: TrainedBatch
  readonly domain: readonly [number, number]
}

export interface MeasuringReply {
  readonly id: number
  readonly records: readonly TrialRecord[]
  /** Why it failed; null when it did not. */
  readonly error: string | null
}

/** Measures trained networks off the event loop, which must stay free to renew the queue's locks. */
export interface Measuring {
  /** The base records of a batch, in its order. Takes the arrays of `trained` away from the caller. */
  records(batch: TrialBatch, trained: TrainedBatch, domain: readonly [number, number]): Promise<readonly TrialRecord[]>
  close(): Promise<void>
}

interface Pending {
  resolve(records: readonly TrialRecord[]): void
  reject(error: Error): void
}

/** One thread, which takes its requests in turn. If it dies, those in hand fail and the next one starts a new thread. */
export function startMeasuring(): Measuring {
  let thread: MeasuringThread | null = null
  return {
    records: ({ initial: _initial, ...batch }, trained, domain) => {
      if (thread === null || thread.hasEnded()) thread = startThread()
      return thread.ask({ batch, trained, domain })
    },
    close: async () => thread?.close(),
  }
}

interface MeasuringThread {
  ask(request: Omit<MeasuringRequest, 'id'>): Promise<readonly TrialRecord[]>
  hasEnded(): boolean
  close(): Promise<void>
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
  worker.on('message', ({ id, records, error }: MeasuringReply) => {
    const request = pending.get(id)
    pending.delete(id)
    if (error === null) request?.resolve(records)
    else request?.reject(new Error(error))
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the measuring thread has ended')))
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const id = (requests += 1)
        pending.set(id, { resolve, reject })
        worker.postMessage({ ...request, id }, buffersOf(request.trained))
      }),
    hasEnded: () => ended,
    close: async () => {
      await worker.terminate()
    },
  }
}

/** Handed over instead of copied. */
function buffersOf(trained: TrainedBatch): ArrayBuffer[] {
  return Object.values(trained).flatMap((array: TrainedBatch[keyof TrainedBatch]) =>
    array !== null && array.buffer instanceof ArrayBuffer ? [array.buffer] : [],
  )
}
