export { runWorker } from './worker.ts'
export type { Worker, WorkerDependencies, WorkerOptions } from './worker.ts'
export { trainChunk } from './train-chunk.ts'
export { openEngine } from './engines.ts'
