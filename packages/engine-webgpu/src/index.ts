export { createWebgpuEngine } from './webgpu-engine.ts'
export type { WebgpuEngine, WebgpuEngineOptions } from './webgpu-engine.ts'
