import { createCpuEngine } from '@collapsar/engine-cpu'
import type { EngineKind } from '@collapsar/sweep'
import { CollapsarError } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'

/** The engines of this release, by kind. A new engine is a package and a line here. */
const ENGINES: Partial<Record<EngineKind, (options: { threads: number }) => Engine>> = {
  cpu: createCpuEngine,
}

/**
 * @throws CollapsarError `engine-unavailable` when this installation has no such engine, or it cannot be loaded.
 */
export function openEngine(kind: EngineKind, options: { threads: number }): Engine {
  const create = ENGINES[kind]
  if (create === undefined) {
    const known = Object.keys(ENGINES).join(', ')
    throw new CollapsarError('engine-unavailable', `There is no engine ${kind} here; accepted: ${known}.`)
  }
  try {
    return create(options)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CollapsarError('engine-unavailable', reason, { cause })
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
    throw new CollapsarError('engine-unavailable', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
