export { openBackends } from './backends.ts'
export type { BackendOptions, Backends } from './backends.ts'
export { startPlanner, startStandalone, startWorker } from './standalone.ts'
export type { RunningWorker, Standalone, WorkerProcessOptions } from './standalone.ts'
