export type * from './chunk-queue.ts'
export { createChunkQueue } from './create-chunk-queue.ts'
export type { ChunkQueueLocation, ChunkQueueOptions } from './create-chunk-queue.ts'
