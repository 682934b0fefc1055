import type { MeasurementName, TrialSpec } from '@collapsar/trial'
import type { Tally } from './tally.ts'

/** Where a chunk may be trained. `auto` in a sweep file becomes one of these when the chunk is issued. */
export type EngineKind = 'cpu' | 'cuda' | 'webgpu' | 'tfjs'

/** Consecutive blocks [firstBlock, firstBlock + blocks) of one cell, claimed by one chunk at a time. */
export interface Chunk {
  readonly id: string
  /** Cell id, `c1_...`. */
  readonly cell: string
  readonly engine: EngineKind
  readonly firstBlock: number
  readonly blocks: number
}

/** A finished block as it is stored: columns, digest and integer counts (`block.ts`). */
export interface EncodedBlock {
  readonly index: number
  /** Packed columns of 100 records. */
  readonly columns: Uint8Array
  /** SHA-256 over the unpacked columns, 32 bytes. */
  readonly digest: Uint8Array
  readonly tally: Tally
}

/** A measurement set in one of its versions. */
export interface SetVersion {
  readonly name: MeasurementName
  readonly version: number
}

/** What one set says of a block as it is stored (`measurement-block.ts`). */
export interface EncodedMeasurement {
  /** Number of the block. */
  readonly index: number
  readonly set: SetVersion
  /** Packed columns of 100 trials. */
  readonly data: Uint8Array
  /** SHA-256 over the unpacked columns, 32 bytes. */
  readonly digest: Uint8Array
}

/** Which code trained a block: provenance, outside every digest. */
export interface EngineVersion {
  readonly id: string
  readonly version: string
}

export interface ChunkResult {
  readonly chunk: Chunk
  readonly blocks: readonly EncodedBlock[]
  /** What the work's sets say of these blocks; absent: it had none. */
  readonly measurements?: readonly EncodedMeasurement[]
  readonly engine: EngineVersion
  readonly worker: string
  /**
   * Wall time of training and measuring, in seconds, less the share of networks that were observed on the way: sizes later
   * chunks, nothing else.
   */
  readonly seconds: number
}

/** A chunk as a worker needs it: with the description of its cell. */
export interface ChunkWork {
  readonly chunk: Chunk
  readonly spec: TrialSpec
  /** What is to be measured beside the base records: what active sweeps ask for and some of the blocks lack. */
  readonly sets: readonly SetVersion[]
}
