import { cpuEngineStatus, createCpuEngine } from '@collapsar/engine-cpu'
import type { TfjsBackendName } from '@collapsar/engine-tfjs'
import type { EngineKind } from '@collapsar/sweep'
import { CollapsarError } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'
import { drawnBy } from './drawing-engine.ts'

/** What to train on. */
export interface EngineChoice {
  readonly engine: EngineKind
  /** Of the processor. */
  readonly threads: number
  /**
   * Which of the devices of that kind; null or absent: the first, or the best. Of `cuda` its number, of `webgpu` its number or a part of its
   * name, or `software` for a driver that computes on the processor, of `tfjs` the backend.
   */
  readonly device?: string | null
}

type Opener = (choice: { readonly threads: number; readonly device: string | null }) => Engine | Promise<Engine>

/** The engines of this release, by kind, each loaded where it is wanted. A new engine is a package and an entry here. */
const ENGINES: Readonly<Record<EngineKind, Opener>> = {
  cpu: ({ threads }) => createCpuEngine({ threads }),
  cuda: async ({ device }) => {
    const { createCudaEngine } = await import('@collapsar/engine-cuda')
    return createCudaEngine(device === null ? {} : { device: Number(device) })
  },
  webgpu: async ({ device }) => {
    const { createWebgpuEngine } = await import('@collapsar/engine-webgpu')
    if (device === null) return createWebgpuEngine()
    return createWebgpuEngine(device === 'software' ? { software: true } : { device: /^\d{1,4}$/.test(device) ? Number(device) : device })
  },
  tfjs: async ({ device }) => {
    const { createTfjsEngine } = await import('@collapsar/engine-tfjs')
    // What names no backend is refused there.
    return createTfjsEngine(device === null ? {} : { backend: device as TfjsBackendName })
  },
}

/**
 * @throws CollapsarError `engine-unavailable` when this machine has no such engine or device, or it cannot be loaded: the engine's own sentence
 */
export async function openEngine({ engine: kind, threads, device = null }: EngineChoice): Promise<Engine> {
  try {
    const engine = await ENGINES[kind]({ threads, device })
    // The processor is idle while a device trains, where it can draw at all.
    return kind !== 'cpu' && cpuEngineStatus().available ? drawnBy(createCpuEngine({ threads }), engine) : engine
  } catch (cause) {
    throw unavailable(cause)
  }
}

/**
 * An engine that has the last word over those of this kind: the same numerics by other instructions, scalar ones, whose
 * bits the vector kernels are tested against.
 * @throws CollapsarError `engine-unavailable`
 */
export function openArbiter(options: { threads: number }): Engine {
  try {
    return createCpuEngine({ ...options, instructionSet: 'scalar' })
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): CollapsarError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CollapsarError('engine-unavailable', reason, { cause })
}
