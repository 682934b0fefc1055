import { PORTABLE_NUMERICS } from '@collapsar/trial'
import type { Numerics } from '@collapsar/trial'
import type { EngineKind } from './chunk.ts'

export const ENGINE_KINDS = ['cpu', 'cuda', 'webgpu', 'tfjs'] as const satisfies readonly EngineKind[]

/** The arithmetic that the engines of each kind offer, bit by bit; a kind without any trains nothing. */
const OFFERED: Readonly<Record<EngineKind, readonly Numerics[]>> = {
  cpu: PORTABLE_NUMERICS,
  cuda: PORTABLE_NUMERICS,
  webgpu: ['webgpu-f32/1'],
  tfjs: ['tfjs-f32/1'],
}

/** Parameters of a network, at most, of numerics whose engines take no larger ones: TensorFlow.js on WebAssembly would hold its event loop. */
export const MOST_PARAMETERS: Readonly<Partial<Record<Numerics, number>>> = { 'tfjs-f32/1': 312_500 }

/** The kinds of engine that may train a cell of this arithmetic where a sweep wants this engine: none where it is impossible. */
export function engineKinds(engine: EngineKind | 'auto', numerics: Numerics): readonly EngineKind[] {
  return ENGINE_KINDS.filter((kind) => (engine === 'auto' || engine === kind) && OFFERED[kind].includes(numerics))
}

/** The engine that the file of a stored sweep names. */
export function engineOf(source: unknown): EngineKind | 'auto' {
  const named: unknown = typeof source === 'object' && source !== null && 'engine' in source ? source.engine : null
  return ENGINE_KINDS.find((kind) => kind === named) ?? 'auto'
}

/**
 * What a sweep waits for, as a sentence; null when every cell has an engine among those that live, or none is wanted.
 * @param live kinds of engine of the workers that live
 */
export function waitingFor(source: unknown, cells: readonly Numerics[], live: readonly EngineKind[]): string | null {
  for (const numerics of new Set(cells)) {
    const named = engineOf(source)
    const kinds = engineKinds(named, numerics)
    const wantedBy = named === 'auto' ? `${numerics} needs` : 'the sweep names'
    if (!kinds.some((kind) => live.includes(kind))) return `No worker with an engine ${kinds.join(' or ')} is connected, which ${wantedBy}.`
  }
  return null
}
