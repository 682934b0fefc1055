import { CollapsarError } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'

/** @throws CollapsarError `engine-unavailable` with the engine's own sentence. */
export function loadEngine(create: () => Engine): Engine {
  try {
    return create()
  } catch (cause) {
    throw new CollapsarError('engine-unavailable', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
