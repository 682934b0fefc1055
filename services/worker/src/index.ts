export { runWorker } from './worker.ts'
export type { Worker, WorkerDependencies, WorkerOptions } from './worker.ts'
export { openArbiter, openEngine } from './engines.ts'
