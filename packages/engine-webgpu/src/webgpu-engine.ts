import { createDeviceEngine } from '@collapsar/kernels'
import type { Engine, Numerics } from '@collapsar/trial'
import { loadDawn } from './dawn.ts'
import { findAdapter } from './find-adapter.ts'
import { checkAdapter } from './usable-adapter.ts'
import { openWebgpuDevice } from './webgpu-device.ts'

export interface WebgpuEngineOptions {
  /** Number of the adapter, the fastest first, or a part of its name; the fastest by default. */
  readonly device?: number | string
  /** Whether an adapter will do that computes on the processor, such as SwiftShader, lavapipe or WARP: for tests. */
  readonly software?: boolean
}

export interface WebgpuEngine extends Engine {
  /** The adapter and its driver, for the record. */
  readonly device: string
}

/** binary32 as the driver rounds it: WGSL promises no bits. */
export const NUMERICS: readonly Numerics[] = ['webgpu-f32/1']

/**
 * The engine that trains on any graphics processor, through WebGPU. It is best opened in a child process: a driver that crashes takes its
 * process along, and a thread that is ended while the driver works aborts the whole process.
 * @throws Error with a sentence that says what to do when there is no such adapter, or only a software adapter that was not asked for
 */
export async function createWebgpuEngine({ device, software = false }: WebgpuEngineOptions = {}): Promise<WebgpuEngine> {
  const found = await findAdapter(await loadDawn(), device)
  checkAdapter(found, { software })
  const opened = await openWebgpuDevice(found)
  return { ...createDeviceEngine(opened, { id: 'webgpu', version: '1', numerics: NUMERICS }), device: opened.name }
}
