import { createRequire } from 'node:module'

import type { Parameters } from '@collapsar/trial'

/** Best first. Which of them an addon has depends on the architecture it was built for and on the processor. */
export type InstructionSet = 'avx512' | 'avx2' | 'neon' | 'scalar'

/** A training in progress on its own threads. */
export interface TrainingHandle {
  /** The threads stop within one tile of samples. */
  cancel(): void
  /** Fraction done, in [0, 1]. */
  progress(): number
}

/** What native/binding.cc exports. */
export interface Addon {
  instructionSets(): InstructionSet[]
  /**
   * Starts the training and returns at once. `done` is called once the threads have ended.
   * @throws RangeError on a field or an array that is missing, of another type or of another length
   */
  train(request: object, done: (error: string | null, cancelled: boolean) => void): TrainingHandle
  /** Applies a function of native/elementary.h (or fma) to each element; all arrays of one kind and length. */
  evaluate(
    set: InstructionSet,
    name: 'fma' | 'expm1' | 'exp' | 'tanh' | 'erf',
    x: Parameters,
    y: Parameters,
    z: Parameters,
    result: Parameters,
  ): void
}

const FILE = '../build/engine.node'
const REMEDY =
  'install a C++20 compiler (Debian: apt-get install g++; macOS: xcode-select --install) and run: ' +
  'node packages/engine-cpu/build.mjs'

export type LoadedAddon =
  | { readonly available: true; readonly addon: Addon }
  | { readonly available: false; readonly reason: string }

let loaded: LoadedAddon | null = null

/** The addon, loaded at the first call; or a sentence that says why there is none and what to do. */
export function loadAddon(): LoadedAddon {
  if (loaded?.available !== true) loaded = tryLoading()
  return loaded
}

function tryLoading(): LoadedAddon {
  try {
    return { available: true, addon: createRequire(import.meta.url)(FILE) as Addon }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const cause = code === 'MODULE_NOT_FOUND' ? 'it was not built' : message
    return { available: false, reason: `the CPU engine's native addon could not be loaded: ${cause}; ${REMEDY}` }
  }
}
