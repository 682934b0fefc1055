import { availableParallelism } from 'node:os'

import type { InstructionSet } from './addon.ts'
import { loadAddon } from './addon.ts'

export type CpuEngineStatus =
  | {
      readonly available: true
      /** The one that an engine takes by default. */
      readonly instructionSet: InstructionSet
      readonly instructionSets: readonly InstructionSet[]
      readonly threads: number
    }
  | { readonly available: false; readonly reason: string }

/** Whether this machine can train, with what, and if not, what to do about it. */
export function cpuEngineStatus(): CpuEngineStatus {
  const loaded = loadAddon()
  if (!loaded.available) return loaded
  const instructionSets = loaded.addon.instructionSets()
  return {
    available: true,
    instructionSet: instructionSets[0] ?? 'scalar',
    instructionSets,
    threads: availableParallelism(),
  }
}
