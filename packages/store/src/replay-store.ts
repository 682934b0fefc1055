import type { WireReplay } from '@collapsar/sweep'
import type { Numerics, TrialSpec } from '@collapsar/trial'

/** States and exits: `pending` -> `done`, `failed` (its training threw every time, or nobody came in a day); both are forgotten after a week. */
export type ReplayState = 'pending' | 'done' | 'failed'

export interface ReplayRecord {
  readonly id: string
  readonly cell: string
  readonly trial: number
  readonly state: ReplayState
  readonly requestedAt: Date
  readonly finishedAt: Date | null
  /** Why it failed; null otherwise. */
  readonly reason: string | null
  /** What it gave; null before it is done. */
  readonly result: WireReplay | null
}

export interface ReplayWork {
  readonly id: string
  readonly cell: string
  readonly spec: TrialSpec
  readonly trial: number
}

/** Wishes to see a trial trained again, carried out by workers. */
export interface ReplayStore {
  /**
   * A wish for one trial; the pending one, where there is one for it. Throws CollapsarError `not-found` for an unknown cell, and
   * `conflict` while MAXIMUM_PENDING_REPLAYS wait.
   */
  requestReplay(cell: string, trial: number): Promise<ReplayRecord>
  replay(id: string): Promise<ReplayRecord | null>
  /** The oldest wish that an engine with these numerics can carry out, leased; null for none. */
  claimReplay(numerics: readonly Numerics[]): Promise<ReplayWork | null>
  /** A wish that is not pending any more stays as it is. */
  finishReplay(id: string, result: WireReplay): Promise<void>
  /** The training threw; after MAXIMUM_ATTEMPTS the wish fails with this reason. */
  failReplay(id: string, reason: string): Promise<void>
}

/** Wishes that wait at a time: some minutes of one worker, and at most 400 MB of results a week later. */
export const MAXIMUM_PENDING_REPLAYS = 100
