import { createDeviceEngine } from '@collapsar/kernels'
import type { Engine, Numerics } from '@collapsar/trial'
import { PORTABLE_NUMERICS } from '@collapsar/trial'
import { openCudaDevice } from './cuda-device.ts'
import { loadCudaDriver } from './driver.ts'

export interface CudaEngineOptions {
  /** Number of the device; 0 by default. */
  readonly device?: number
  /** The driver's library; the system's by default. */
  readonly library?: string
}

/** What the kernels compute to the bit. */
export const NUMERICS: readonly Numerics[] = PORTABLE_NUMERICS

/**
 * The engine that trains on an NVIDIA processor, with the bits of NUMERICS.md: a trial has the same digest here as on any other engine.
 * It needs the driver alone, no toolkit and no compiler.
 * @throws Error with a sentence that says what to do when there is no driver or no such device
 */
export function createCudaEngine({ device = 0, library }: CudaEngineOptions = {}): Engine {
  return createDeviceEngine(openCudaDevice(loadCudaDriver(library), device), { id: 'cuda', version: '1', numerics: NUMERICS })
}
