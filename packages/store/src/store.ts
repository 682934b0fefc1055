import type { CellCounts, CellMeasurements, CellProgress, CellTrials, Chunk, ChunkResult, ChunkWork, EncodedBlock, EngineKind, EngineVersion, Extension, ExtensionWish, MeasuredTrials } from '@collapsar/sweep'
import type { MeasurementName, TrialRecord, TrialSpec } from '@collapsar/trial'
import type { AuditStore } from './audit-store.ts'
import type { ApiKeys } from './api-keys.ts'
import type { CellFilter, CellPage, FoundCell } from './find-cells.ts'
import type { ListedSweep, SweepFilter, SweepPage } from './list-sweeps.ts'
import type { CellRecord } from './read-cell.ts'
import type { TrialRange } from './trial-pages.ts'
import type { Recorded } from './record-blocks.ts'
import type { ImportedBlocks } from './import-blocks.ts'
import type { ReplayStore } from './replay-store.ts'

/** A sweep's states; their exits stand in `sweep-state.ts`. */
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
  /** What is asked of it since it was last extended, in place of what its file says; null when it never was. */
  readonly extension: LoggedExtension | null
}

export interface LoggedExtension extends Extension {
  /** How many it has had. */
  readonly number: number
}

/** What may be said anew of a sweep in any state; what is absent stays. */
export interface SweepLabels {
  readonly name?: string
  /** In place of all its tags. */
  readonly tags?: readonly string[]
  /** From -10 to 10. */
  readonly priority?: number
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
  /** Most sweeps of the owner that are active or paused, this one included; null or absent: any. */
  readonly maxActiveSweeps?: number | null
  /** Labels; default none. */
  readonly tags?: readonly string[]
  /** From -10 to 10; default 0. */
  readonly priority?: number
}

/** What a sweep reads of a cell: the integers of trials [0, inits) as far as the contiguous prefix goes. */
export type SweepCell = CellCounts

export type { BlockRange, CellProgress } from '@collapsar/sweep'

/**
 * A worker's states and their exits: `active` -> `draining` (it was told to end), `quarantined` (what it recorded was wrong, or it
 * works in the place of such a one); `draining` -> `gone`; `quarantined` and `gone` have none. One that fell silent keeps its state.
 *
 * A place is a machine, a kind of engine and a device, where the machine is known. A faulty memory or card does not mend itself when its
 * process is started again, so whoever reports itself from a place where a worker was quarantined is quarantined too, until
 * `trustPlace`. And since two workers of one place may share a fault, they are one voice in an audit.
 */
export type WorkerState = 'active' | 'draining' | 'gone' | 'quarantined'

/** What a worker says of itself once. */
export interface WorkerRecord {
  readonly id: string
  readonly engine: EngineKind
  readonly threads: number
  /** Of its engine: changes whenever a bit of the output can change. */
  readonly version?: string
  /** What it trains on, in words: the name of the processor or the card. */
  readonly device?: string
  /** Name of its machine; together with `engine` and `device`, which must tell two cards of it apart, its place. */
  readonly host?: string
  readonly pid?: number
}

/** What a worker does now. */
export interface WorkerActivity {
  readonly state: 'active' | 'draining'
  /** Ids of the chunks in its hands. */
  readonly chunks: readonly string[]
}

export interface LiveWorker extends WorkerRecord {
  /** Flop per second by the static cost model, measured on its last chunks; null before the first. */
  readonly flopsPerSecond: number | null
  readonly lastSeen: Date
}

/** A worker as it last reported itself, whether it lives or not. */
export interface ListedWorker extends Required<Omit<WorkerRecord, 'pid'>> {
  readonly pid: number | null
  /** `silent`: it says that it is active or draining, but has not been heard of for 30 s, by the database's clock. */
  readonly state: WorkerState | 'silent'
  readonly flopsPerSecond: number | null
  readonly chunks: readonly string[]
  /** Why it is quarantined. */
  readonly reason: string | null
  /** When the place of a quarantined worker was trusted again. */
  readonly trustedAt: Date | null
  readonly startedAt: Date
  readonly lastSeen: Date
}

/** A block that an engine of another version, or another engine, trained. */
export interface ForeignBlock {
  readonly index: number
  readonly digest: Uint8Array
  readonly engine: EngineVersion
}

/** A lost block, or one that a set was given up for: then the reason begins with the set's name. */
export interface GapRecord {
  readonly cell: string
  readonly block: number
  readonly reason: string
}

export type { CellMeasurements } from '@collapsar/sweep'

export type * from './audit-store.ts'
export type * from './replay-store.ts'
export type { ImportedBlocks } from './import-blocks.ts'
export type { Recorded } from './record-blocks.ts'

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
export interface Store extends AuditStore, ReplayStore {
  /** Who may ask for what over HTTP. */
  readonly keys: ApiKeys
  /**
   * Creates the sweep and the cells it lacks, and freezes at once the cells that already have what is asked.
   * With a key that was used before: the same request gives the existing sweep (`created: false`), another request
   * throws CollapsarError `idempotency-mismatch`. Throws `quota` when the owner then has too many active ones.
   */
  createSweep(sweep: NewSweep, idempotencyKey?: string): Promise<{ sweep: SweepRecord; created: boolean }>
  sweep(id: string): Promise<SweepRecord | null>
  /** Newest first. */
  sweeps(limit: number): Promise<readonly SweepRecord[]>
  /** One page of the sweeps that a filter finds, newest first. */
  listSweeps(filter: SweepFilter, page: SweepPage): Promise<readonly ListedSweep[]>
  activeSweeps(): Promise<readonly SweepRecord[]>
  /** Trials that exist already, per cell, capped at what is asked: what a plan reuses. Order as asked. */
  existingTrials(cells: readonly { readonly cell: string; readonly inits: number }[]): Promise<readonly number[]>
  /** How many of the cells have blocks of several engines, or versions of one. */
  mixedCells(cells: readonly { readonly cell: string }[]): Promise<number>
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
   * transaction. A block that exists is a duplicate and changes nothing; if its digest differs although its bits are portable, throws
   * CollapsarError `damaged`, and an audit of the block is opened. Throws `not-allowed` for a worker that is quarantined.
   * The same holds for what was measured of them; without portable bits, sets of a block that came out with other bits than are recorded
   * are given up for it. Blocks of a cancelled sweep are kept, and so are those of a chunk that is no longer live. A block recorded over a
   * terminal gap fills it, also in the frozen rows that had lost it. Throws CollapsarError `not-found` for an unknown cell.
   */
  record(result: ChunkResult): Promise<Recorded>
  /** The same for blocks that were trained elsewhere: no chunk ends, no time is measured. A few hundred a call is fast. */
  recordBlocks(
    cell: string,
    blocks: readonly EncodedBlock[],
    engine: EngineVersion,
  ): Promise<Recorded>
  /** Ends claims without a result, so that their blocks can be issued again; gives the ids of those that were live. A late result is kept. */
  release(chunkIds: readonly string[]): Promise<readonly string[]>
  /**
   * The same under the name of a worker that had no database; it need not be known. Throws `not-allowed` when it is quarantined,
   * and as `record` does.
   */
  importBlocks(imported: ImportedBlocks): Promise<Recorded>
  /**
   * Counts a failure of the chunk itself (its training threw). Up to MAXIMUM_ATTEMPTS it stays live ('retry');
   * then it is split in two ('split'), and a single block becomes a terminal gap ('gap'): first for the sets that it was to
   * be measured for, and when it fails without them too, for all. 'gone' when it is not live.
   */
  fail(chunkId: string, reason: string): Promise<'retry' | 'split' | 'gap' | 'gone'>
  /**
   * Decision number `round` (from 1) of an active adaptive sweep that has all it asked for: from now on it asks for the trials
   * [0, inits[i]) of its cell i, never fewer than before; null: no round follows. Logged. False, and nothing changes, when that is not how the
   * sweep stands: another planner was first, it is not active, or it was extended since (`extensions`: the number of its last extension
   * that the decision knows of; absent: whichever).
   */
  nextRound(sweepId: string, round: number, inits: readonly number[] | null, extensions?: number): Promise<boolean>
  /** Marks active sweeps whose cells all have what they asked, sets included, and of which no round follows, as done; gives their ids. */
  finishSweeps(): Promise<readonly string[]>
  /**
   * Cancels an active or paused sweep and drops the live chunks that no active sweep wants; gives the ids of the dropped chunks.
   * A cancelled sweep stays as it is; throws CollapsarError `conflict` when it is done, `not-found` when unknown.
   */
  cancel(sweepId: string): Promise<{ sweep: SweepRecord; dropped: readonly string[] }>
  /**
   * Pauses an active sweep: nothing more is issued for it, and the live chunks that no active sweep wants are dropped; gives their ids.
   * What is recorded meanwhile counts. A paused sweep stays as it is; throws `conflict` when it is done or cancelled, `not-found` when unknown.
   */
  pause(sweepId: string): Promise<{ sweep: SweepRecord; dropped: readonly string[] }>
  /** Makes a paused sweep active again. One that is active or done stays as it is; throws `conflict` when it is cancelled, `not-found` when unknown. */
  resume(sweepId: string): Promise<SweepRecord>
  /**
   * Asks for more: `inits` trials of every cell, or, where the sweep decides levels, further rounds up to `maxInits` and `maxDeviceSeconds`.
   * Rows whose goal grows are open again; a sweep that is done becomes active, one that is paused stays so. What it has already
   * changes nothing. Logged. Throws `conflict` for less than before, for the other kind of goal and when it is cancelled, `not-found` when unknown.
   */
  extend(sweepId: string, wish: ExtensionWish): Promise<SweepRecord>
  /**
   * Deletes a sweep that is paused, done or cancelled. Its cells and what is recorded of them stay: they belong to nobody. Its idempotency key
   * is free again. Throws `conflict` when it is active, `not-found` when unknown, as after the first time.
   */
  remove(sweepId: string): Promise<void>
  /** Names, tags or ranks a sweep anew, in any state. Throws `not-found`. */
  label(sweepId: string, labels: SweepLabels): Promise<SweepRecord>
  /**
   * Forgets the terminal gaps of a sweep's cells and of its sets; gives how many blocks will be tried. A sweep that is done becomes active,
   * one that is paused stays so. With none it stays as it is. Throws CollapsarError `conflict` when it is cancelled, `not-found` when unknown,
   * `quota` when it is done and its owner's key has no place for another active one.
   */
  retryGaps(sweepId: string): Promise<number>
  gaps(sweepId: string): Promise<readonly GapRecord[]>

  /** What the sweep reads, in its cells' order. */
  sweepCells(sweepId: string): Promise<readonly SweepCell[]>
  /** Names what `sweepCells` gives: another value as soon as anything of it changes. Reads no tally. */
  countsVersion(sweepId: string): Promise<string>
  /** Forgets which counts changed so long ago that no version from before is remembered: to be called every few minutes. */
  forgetCountChanges(): Promise<void>
  cellSpec(cell: string): Promise<TrialSpec | null>
  /** The whole prefix of each cell, whoever asked for its trials, in the order asked; zeros for an unknown cell. */
  cellCounts(cells: readonly { readonly cell: string; readonly spec: TrialSpec }[]): Promise<readonly CellCounts[]>
  /** One page of the cells that a filter finds, with the whole prefix of each, by depth, width and age. Reads no block. */
  findCells(filter: CellFilter, page: CellPage): Promise<readonly FoundCell[]>
  /** What is known of a cell but for its trials; null for an unknown one. */
  cell(cell: string): Promise<CellRecord | null>
  /**
   * The records of the trials [from, to) of a cell, as far as its prefix goes now, less those lost, a few thousand at a time: what
   * comes next is read when it is asked for. Throws CollapsarError `damaged`.
   */
  trialPages(cell: string, range: TrialRange): AsyncIterable<CellTrials>
  /** The records of the trials [0, inits) of a cell, as far as its prefix goes, less those lost. Throws CollapsarError `damaged`. */
  cellTrials(cell: string, inits: number): Promise<CellTrials>
  /** The record of trial `index` and its block's engine; null when it is not recorded. */
  trial(cell: string, index: number): Promise<{ record: TrialRecord; engine: EngineVersion } | null>
  /** What a set says of the trials [0, inits) of a cell, as far as they were measured; null for an unknown cell. Throws `damaged`. */
  measurements(cell: string, set: MeasurementName, inits: number): Promise<CellMeasurements | null>
  /** Recomputes the digests of blocks and measurements, blocks' tallies, prefixes, tallies and frozen rows, and compares. */
  verify(onProgress?: (blocks: number) => void): Promise<{ cells: number; blocks: number; mismatches: readonly Mismatch[] }>

  /** Notes that the worker lives and gives its state, which may be `quarantined` whatever it says. Default: active, nothing in hand. */
  heartbeat(worker: WorkerRecord, flopsPerSecond: number | null, activity?: WorkerActivity): Promise<WorkerState>
  /** Active workers seen in the last `seconds`: those that take chunks. */
  liveWorkers(seconds: number): Promise<readonly LiveWorker[]>
  /** The workers seen last, at most `limit`, by state (those that live first) and id. */
  workers(limit: number): Promise<readonly ListedWorker[]>
  /**
   * Trusts the place of a quarantined worker again: who reports itself from there from now on takes chunks. Workers that were convicted
   * stay quarantined under their own ids. Gives the ids of all that were quarantined there. Throws `not-found`, and `conflict` for a
   * worker that is not quarantined, or of whose place nothing is known.
   */
  trustPlace(workerId: string): Promise<readonly string[]>
  /** The worker is gone. */
  retire(workerId: string): Promise<void>
  /** Forgets workers not seen for `seconds` that nothing recorded refers to; gives how many, a hundred at most. */
  forgetWorkers(seconds: number): Promise<number>
  /** A block of the cell that another engine trained, if this one has trained none of it; else null. */
  foreignBlock(cell: string, engine: EngineVersion): Promise<ForeignBlock | null>

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
