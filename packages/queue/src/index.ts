export type * from './chunk-queue.ts'
