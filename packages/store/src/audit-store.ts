import type { Numerics, TrialSpec } from '@collapsar/trial'

/** A block to train again: it is compared, never recorded. */
export interface AuditWork {
  readonly audit: number
  /** The cell's id. */
  readonly cell: string
  readonly spec: TrialSpec
  readonly block: number
  /** To be trained with the worker's arbiter: two workers differ and there is no third. */
  readonly arbitration: boolean
}

export interface AuditorAbilities {
  /** Of its engine. */
  readonly numerics: readonly Numerics[]
  /** Whether it has an arbiter. */
  readonly arbitrates: boolean
}

export interface AuditVote {
  /** Id of the worker. */
  readonly worker: string
  /** Whether the arbiter trained. */
  readonly arbitration: boolean
  /** Digest of the block, 32 bytes. */
  readonly digest: Uint8Array
  /** Id and version, for the log. */
  readonly engine: string
}

/**
 * An audit's states and their exits:
 * `open` -> `match` (all votes agree), `mismatch` (two agree, somebody does not), `withdrawn` (the block is gone), `given_up`
 * (its training threw every time); the others have none.
 */
export type AuditState = 'open' | 'match' | 'mismatch' | 'withdrawn' | 'given_up'

export interface AuditRecord {
  readonly id: number
  readonly cell: string
  readonly block: number
  /** `drawn` by the rule, or `conflict`: the block was recorded with two digests. */
  readonly cause: 'drawn' | 'conflict'
  readonly state: AuditState
  /** Id of the worker that recorded the block; null when it is not known. */
  readonly author: string | null
  /** Of the block as it was recorded, hexadecimal. */
  readonly digest: string
  /** What two voters agreed on; null without. */
  readonly agreed: string | null
  readonly votes: readonly { readonly worker: string; readonly arbitration: boolean; readonly digest: string; readonly engine: string }[]
  /** What the last training that threw said. */
  readonly reason: string | null
  readonly openedAt: Date
  readonly decidedAt: Date | null
}

export interface WithdrawalRecord {
  readonly id: number
  /** Id of the quarantined worker; null for a single block that no worker is known for. */
  readonly worker: string | null
  readonly audit: number
  readonly reason: string
  readonly blocks: number
  readonly cells: number
  readonly openedAt: Date
  /** null while it is under way. */
  readonly finishedAt: Date | null
}

/** A cell whose blocks were withdrawn. */
export interface WithdrawnCell {
  readonly cell: string
  readonly blocks: number
  /** Sweeps that train again what they had. */
  readonly sweeps: readonly string[]
}

/** Blocks trained again by another worker, and what follows when the two differ. */
export interface AuditStore {
  /** Which share of the blocks recorded from now on is audited, from 0 to 1. */
  setAuditShare(share: number): Promise<void>
  /**
   * An open audit for this worker: of a block that nobody of its place has recorded or audited, whose numerics it has. Where two workers
   * differ and no third one lives elsewhere, the one that did not record the block arbitrates. The claim is leased; when it has passed,
   * another worker may have the audit too, which does no harm.
   */
  claimAudit(worker: string, can: AuditorAbilities): Promise<AuditWork | null>
  /**
   * Says what the block's digest is. Two voters that agree decide the audit; in the same transaction, all who differ are
   * quarantined and their withdrawal begins. `disputed`: nobody agrees yet; `late`: it was decided before, or the voter is quarantined.
   */
  vote(audit: number, vote: AuditVote): Promise<'match' | 'mismatch' | 'disputed' | 'late'>
  /** The training threw: another worker may try; after MAXIMUM_ATTEMPTS the audit is given up. */
  failAudit(audit: number, reason: string): Promise<void>
  /**
   * Carries out what was decided: deletes the blocks of quarantined workers that no audit has matched, with their measurements,
   * recounts their cells and reopens the sweeps that read them, a cell a transaction. May be repeated and interrupted at will.
   */
  withdraw(): Promise<readonly WithdrawnCell[]>
  /** Newest first. */
  audits(limit: number): Promise<readonly AuditRecord[]>
  /** Newest first. */
  withdrawals(limit: number): Promise<readonly WithdrawalRecord[]>
}
