import { BLOCK_TRIALS, cellId, encodeBlock } from '@collapsar/sweep'
import type { Chunk, ChunkResult, EncodedBlock } from '@collapsar/sweep'
import type { TrialRecord, TrialSpec } from '@collapsar/trial'

/** A valid cell that is told from others by its seed. */
export function trialSpec(seed: number, depth = 4, width = 3): TrialSpec {
  return {
    numerics: 'ieee-f32/1',
    seed,
    depth,
    width,
    network: { activation: { kind: 'relu' }, initialization: { kind: 'he-normal' }, bias: { kind: 'zero' } },
    problem: { target: 'abs', inputDim: 1, points: 128, sampling: 'grid', domain: [-1, 1] },
    training: {
      loss: 'mse',
      optimizer: { kind: 'adam', learningRate: 0.001 },
      batch: 'full',
      steps: 3000,
      stopAtDeath: true,
    },
  }
}

/** A cell as a new sweep names it. */
export function wish(seed: number, inits: number): { cell: string; spec: TrialSpec; inits: number } {
  const spec = trialSpec(seed)
  return { cell: cellId(spec), spec, inits }
}

/** Counter-based uniform numbers in (0, 1) for test records (splitmix32): the same for the same arguments. */
function uniform(...counter: number[]): number {
  let state = 0x9e3779b9
  for (const part of counter) {
    state = Math.imul(state ^ part, 0x85ebca6b)
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
    state ^= state >>> 16
  }
  return ((state >>> 0) + 0.5) / 2 ** 32
}

/** Standard normal by Box and Muller. */
function normal(...counter: number[]): number {
  return Math.sqrt(-2 * Math.log(uniform(1, ...counter))) * Math.cos(2 * Math.PI * uniform(2, ...counter))
}

const ALIVE = ['partially_collapsed', 'converged', 'stalled', 'unfinished'] as const

/**
 * The record of a network that is alive, hard to compress like a real one: losses log-normal over nine factors of two,
 * ranges and checksums without a pattern, 1 to about 30 pieces.
 */
export function aliveRecord(cell: number, trial: number): TrialRecord {
  return {
    outcome: ALIVE[Math.floor(uniform(3, cell, trial) * ALIVE.length)] ?? 'converged',
    deadLayer: 0,
    deathCheck: 0,
    loss: Math.fround(Math.exp(-5 + 2 * normal(4, cell, trial))),
    value: Math.fround(0.8 + 0.2 * normal(5, cell, trial)),
    pieces: Math.max(1, Math.round(14 + 5 * normal(6, cell, trial))),
    checksum: Math.floor(uniform(7, cell, trial) * 2 ** 32),
  }
}

/** Block `index` of alive records of the cell with this seed. */
export function aliveBlock(seed: number, index: number): EncodedBlock {
  const first = index * BLOCK_TRIALS
  return encodeBlock(index, Array.from({ length: BLOCK_TRIALS }, (_, trial) => aliveRecord(seed, first + trial)))
}

export function aliveBlocks(seed: number, first: number, count: number): EncodedBlock[] {
  return Array.from({ length: count }, (_, offset) => aliveBlock(seed, first + offset))
}

export const TEST_ENGINE = { id: 'cpu-test', version: '1' }

export function chunkOfSeed(seed: number, firstBlock: number, blocks: number, id = `k${seed}-${firstBlock}`): Chunk {
  return { id, cell: cellId(trialSpec(seed)), engine: 'cpu', firstBlock, blocks }
}

/** What a worker hands in for a chunk of the cell with this seed; a block took half a second. */
export function resultOf(seed: number, chunk: Chunk): ChunkResult {
  return {
    chunk,
    blocks: aliveBlocks(seed, chunk.firstBlock, chunk.blocks),
    engine: TEST_ENGINE,
    worker: 'worker-1',
    seconds: chunk.blocks / 2,
  }
}
