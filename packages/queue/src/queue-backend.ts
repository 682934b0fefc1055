import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq'
import type { Chunk } from '@collapsar/sweep'

export type ChunkProcessor = Processor<Chunk, void>

/** The part of BullMQ's classes that does not depend on where they keep their data. */
export type BullQueue = Pick<Queue<Chunk, void>, 'addBulk' | 'getJobCounts' | 'remove' | 'close'> & {
  on(event: 'error', listener: (error: Error) => void): unknown
}
export type BullWorker = Pick<Worker<Chunk, void>, 'close' | 'waitUntilReady'> & {
  /** BullMQ passes the reason on to the signal as it is. */
  cancelJob(jobId: string, reason?: unknown): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown
}

/** Where BullMQ keeps its data: Redis or Postgres. The same code runs on both. */
export interface QueueBackend {
  openQueue(name: string): BullQueue
  openWorker(name: string, processor: ChunkProcessor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): BullWorker
  ping(): Promise<void>
  /** Of the server; null where that says nothing about the queue, or is not told. */
  memoryBytes(): Promise<number | null>
  /** Ends every connection, those of queues and workers that could not be closed too. */
  close(): Promise<void>
}
