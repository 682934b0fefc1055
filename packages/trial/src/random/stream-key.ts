import { createHash } from 'node:crypto'
import type { TargetKind } from '../trial.ts'
import type { StreamKey } from './philox.ts'

/** What a cell's draws are for; each purpose has a stream of its own. */
export type Purpose = 'init' | 'bias' | 'minibatch' | 'noise' | 'segments'

export interface StreamName {
  readonly seed: number
  readonly inputDim: number
  readonly depth: number
  readonly width: number
  readonly purpose: Purpose
}

/**
 * Philox key of a cell's stream (NUMERICS.md, 1). Initialization kind, loss, optimizer, target and numerics are not in
 * it: settings are compared on the same draws.
 * @throws RangeError if a number is not an integer in [0, 2^53)
 */
export function streamKey({ seed, inputDim, depth, width, purpose }: StreamName): StreamKey {
  requireIntegers({ seed, inputDim, depth, width })
  return keyOf(`collapsar/1 seed=${seed} inputDim=${inputDim} depth=${depth} width=${width} purpose=${purpose}`)
}

export interface PointsName {
  readonly seed: number
  readonly target: TargetKind
  readonly points: number
  /** What the set is for; to train with, unless said. */
  readonly purpose?: 'points' | 'test-points'
}

/**
 * Philox key of a random set of points: one set serves a whole map, so neither depth nor width is in it.
 * @throws RangeError if seed or number of points is not an integer in [0, 2^53)
 */
export function pointsKey({ seed, target, points, purpose = 'points' }: PointsName): StreamKey {
  requireIntegers({ seed, points })
  return keyOf(`collapsar/1 seed=${seed} target=${target} points=${points} purpose=${purpose}`)
}

function keyOf(text: string): StreamKey {
  const digest = createHash('sha256').update(text, 'utf8').digest()
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)]
}

function requireIntegers(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`invalid ${name} ${value}: expected an integer from 0 to 2^53 - 1`)
    }
  }
}
