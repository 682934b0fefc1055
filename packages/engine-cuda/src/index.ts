export { createCudaEngine } from './cuda-engine.ts'
export type { CudaEngineOptions } from './cuda-engine.ts'
