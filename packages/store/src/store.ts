import type { CellCounts, CellMeasurements, CellProgress, CellTrials, Chunk, ChunkResult, ChunkWork, EncodedBlock, EngineKind, EngineVersion, MeasuredTrials } from '@collapsar/sweep'
import type { MeasurementName, TrialRecord, TrialSpec } from '@collapsar/trial'
import type { AuditStore } from './audit-store.ts'

/**
 * A sweep's states and their exits:
 * `active` -> `done` (every cell has what was asked, gaps included, and no round follows), `cancelled`;
 * `done` -> `active` (by `retryGaps`); `cancelled` has none.
 */
export type SweepState = 'active' | 'paused' | 'done' | 'cancelled'

export interface SweepRecord {
  readonly id: string
  readonly name: string
  readonly state: SweepState
  /** The sweep file as it was submitted, defaults not filled in. */
  readonly source: unknown
  readonly createdAt: Date
  readonly finishedAt: Date | null
  /** Trials that existed when the sweep was created, with all its sets: not trained for it. */
  readonly reused: number
  /** Whether its goals may still grow (`nextRound`). */
  readonly adaptive: boolean
  /** Decisions so far that made its goals grow. */
  readonly rounds: number
  /** Names of the measurement sets it asks for. */
  readonly measure: readonly string[]
  /** Who submitted it: the id of an API key, or `local` without keys. */
  readonly owner: string
  /** Labels to find it by. */
  readonly tags: readonly string[]
  /** From -10 to 10: chunks of a higher one are issued first. */
  readonly priority: number
}

export interface NewSweep {
  readonly name: string
  readonly source: unknown
  /** Cells in the sweep's order, with the trials [0, inits) that it reads. */
  readonly cells: readonly { readonly cell: string; readonly spec: TrialSpec; readonly inits: number }[]
  /** Whether the sweep waits for `nextRound` when it has what it asked for; default false. */
  readonly adaptive?: boolean
  /** What is measured of every trial beside its base record, without repetition; absent: nothing. */
  readonly measure?: readonly MeasurementName[]
  /** Who submits it; default `local`. An idempotency key is looked up among the sweeps of its owner. */
  readonly owner?: string
  /** Labels; default none. */
  readonly tags?: readonly string[]
  /** From -10 to 10; default 0. */
  readonly priority?: number
}

/** What a sweep reads of a cell: the integers of trials [0, inits) as far as the contiguous prefix goes. */
export type SweepCell = CellCounts

export type { BlockRange, CellProgress } from '@collapsar/sweep'

export interface WorkerRecord {
  readonly id: string
  readonly engine: EngineKind
  readonly threads: number
}

export interface LiveWorker extends WorkerRecord {
  /** Flop per second by the static cost model, measured on its last chunks; null before the first. */
  readonly flopsPerSecond: number | null
  readonly lastSeen: Date
}

/** A lost block, or one that a set was given up for: then the reason begins with the set's name. */
export interface GapRecord {
  readonly cell: string
  readonly block: number
  readonly reason: string
}

export type { CellMeasurements } from '@collapsar/sweep'

export type * from './audit-store.ts'

/** One disagreement found by `verify`. */
export interface Mismatch {
  readonly cell: string
  /** null when it concerns the whole cell. */
  readonly block: number | null
  readonly detail: string
}

/**
 * Postgres, the truth. Every method is one transaction; a rejected promise means that nothing was written, but for a
 * connection that breaks during the commit itself: then repeat the call; a second one does no harm, but that `createSweep`
 * needs a key for it and that `fail` counts another failure. Operational failures reject with the driver's error (retry them); a database that cannot be reached at
 * `openStore` rejects with a CollapsarError `database-unavailable`, one that cannot write with `storage`.
 * Reading what belongs to an unknown sweep gives nothing (null, or an empty list).
 * Methods may be called concurrently, from any number of processes.
 */
export interface Store extends AuditStore {
  /**
   * Creates the sweep and the cells it lacks, and freezes at once the cells that already have what is asked.
   * With a key that was used before: the same request gives the existing sweep (`created: false`), another request
   * throws CollapsarError `idempotency-mismatch`.
   */
  createSweep(sweep: NewSweep, idempotencyKey?: string): Promise<{ sweep: SweepRecord; created: boolean }>
  sweep(id: string): Promise<SweepRecord | null>
  /** Newest first. */
  sweeps(limit: number): Promise<readonly SweepRecord[]>
  activeSweeps(): Promise<readonly SweepRecord[]>
  /** Trials that exist already, per cell, capped at what is asked: what a plan reuses. Order as asked. */
  existingTrials(cells: readonly { readonly cell: string; readonly inits: number }[]): Promise<readonly number[]>
  /** Those of them that have all the sets, and which sets recorded blocks lack. Order as asked; empty without sets. */
  measuredTrials(
    cells: readonly { readonly cell: string; readonly inits: number }[],
    sets: readonly MeasurementName[],
  ): Promise<readonly MeasuredTrials[]>

  progress(sweepId: string): Promise<readonly CellProgress[]>
  /**
   * Claims the chunks' blocks. Chunks that overlap a live claim or a settled block, that no active sweep wants, or
   * whose cell is unknown, are left out of the answer. A recorded block is settled unless an active sweep asks for a
   * measurement set that it lacks.
   */
  issue(chunks: readonly Chunk[]): Promise<readonly Chunk[]>
  /** Every live chunk of an engine, or of these sweeps' blocks alone, oldest first: the planner enqueues these again after any loss. */
  unfinished(engine: EngineKind, sweeps?: readonly string[]): Promise<readonly Chunk[]>
  /**
   * The chunk with its cell's description and the sets that active sweeps ask for and its blocks lack; null when it is no
   * longer live (recorded, abandoned, dropped).
   */
  chunkWork(chunkId: string): Promise<ChunkWork | null>
  /**
   * Records blocks, advances the prefix and its tally, freezes the sweeps it completes and ends the chunk, in one
   * transaction. A block that exists is a duplicate and changes nothing; if its digest differs, throws CollapsarError `damaged`,
   * and an audit of the block is opened. Throws `not-allowed` for a worker that is quarantined.
   * The same holds for what was measured of them. Blocks of a cancelled sweep are kept, and so are those of a chunk that is no longer live. A block recorded over a
   * terminal gap fills it, also in the frozen rows that had lost it. Throws CollapsarError `not-found` for an unknown cell.
   */
  record(result: ChunkResult): Promise<{ recorded: number; duplicate: number }>
  /** The same for blocks that were trained elsewhere: no chunk ends, no time is measured. A few hundred a call is fast. */
  recordBlocks(
    cell: string,
    blocks: readonly EncodedBlock[],
    engine: EngineVersion,
  ): Promise<{ recorded: number; duplicate: number }>
  /**
   * Counts a failure of the chunk itself (its training threw). Up to MAXIMUM_ATTEMPTS it stays live ('retry');
   * then it is split in two ('split'), and a single block becomes a terminal gap ('gap'): first for the sets that it was to
   * be measured for, and when it fails without them too, for all. 'gone' when it is not live.
   */
  fail(chunkId: string, reason: string): Promise<'retry' | 'split' | 'gap' | 'gone'>
  /**
   * Decision number `round` (from 1) of an active adaptive sweep that has all it asked for: from now on it asks for the trials
   * [0, inits[i]) of its cell i, never fewer than before; null: no round follows. Logged. False, and nothing changes, when that is not how the
   * sweep stands (another planner was first).
   */
  nextRound(sweepId: string, round: number, inits: readonly number[] | null): Promise<boolean>
  /** Marks active sweeps whose cells all have what they asked, sets included, and of which no round follows, as done; gives their ids. */
  finishSweeps(): Promise<readonly string[]>
  /**
   * Cancels an active sweep and drops the live chunks that no active sweep wants; gives the ids of the dropped chunks.
   * A cancelled sweep stays as it is; throws CollapsarError `conflict` when it is done, `not-found` when unknown.
   */
  cancel(sweepId: string): Promise<{ sweep: SweepRecord; dropped: readonly string[] }>
  /**
   * Forgets the terminal gaps of a sweep's cells and of its sets and makes it active again; gives how many blocks will be tried. With
   * none it stays as it is. Throws CollapsarError `conflict` when it is cancelled, `not-found` when unknown.
   */
  retryGaps(sweepId: string): Promise<number>
  gaps(sweepId: string): Promise<readonly GapRecord[]>

  /** What the sweep reads, in its cells' order. */
  sweepCells(sweepId: string): Promise<readonly SweepCell[]>
  /** Names what `sweepCells` gives: another value as soon as anything of it changes. Reads no tally. */
  countsVersion(sweepId: string): Promise<string>
  cellSpec(cell: string): Promise<TrialSpec | null>
  /** The whole prefix of each cell, whoever asked for its trials, in the order asked; zeros for an unknown cell. */
  cellCounts(cells: readonly { readonly cell: string; readonly spec: TrialSpec }[]): Promise<readonly CellCounts[]>
  /** The records of the trials [0, inits) of a cell, as far as its prefix goes, less those lost. Throws CollapsarError `damaged`. */
  cellTrials(cell: string, inits: number): Promise<CellTrials>
  /** The record of trial `index` and its block's engine; null when it is not recorded. */
  trial(cell: string, index: number): Promise<{ record: TrialRecord; engine: EngineVersion } | null>
  /** What a set says of the trials [0, inits) of a cell, as far as they were measured; null for an unknown cell. Throws `damaged`. */
  measurements(cell: string, set: MeasurementName, inits: number): Promise<CellMeasurements | null>
  /** Recomputes the digests of blocks and measurements, blocks' tallies, prefixes, tallies and frozen rows, and compares. */
  verify(onProgress?: (blocks: number) => void): Promise<{ cells: number; blocks: number; mismatches: readonly Mismatch[] }>

  heartbeat(worker: WorkerRecord, flopsPerSecond: number | null): Promise<void>
  /** Workers seen in the last `seconds`. */
  liveWorkers(seconds: number): Promise<readonly LiveWorker[]>
  retire(workerId: string): Promise<void>

  /**
   * Tries to become the one active planner: a session-level advisory lock on a connection of its own.
   * null while another has it. `lost` resolves when the connection breaks.
   */
  lead(): Promise<{ lost: Promise<void>; release(): Promise<void> } | null>
  /** Calls back after commits that may matter (sweeps, blocks, states), coalesced; also works across processes (LISTEN). */
  listen(onChange: () => void): Promise<() => Promise<void>>
  /** Resolves when the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Failures of a chunk itself before it is split, and of a block before it becomes a gap. */
export const MAXIMUM_ATTEMPTS = 3
