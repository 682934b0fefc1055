export { BackendUnavailableError, TFJS_BACKENDS } from './backend.ts'
export type { Importer, TfjsBackendName } from './backend.ts'
export { createTfjsEngine } from './tfjs-engine.ts'
export type { TfjsEngine, TfjsEngineOptions } from './tfjs-engine.ts'
