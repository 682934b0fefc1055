import type { AuditList } from '@collapsar/client'
import type { BestOfCell, ComparedEvent, GridCell, PairComparison, SafeWidthDocument } from '@collapsar/sweep'
import type { TrialRecord } from '@collapsar/trial'

export interface BestOfQuestion {
  readonly sweep: string
  /** null: of any. */
  readonly depth: number | null
  readonly width: number | null
  /** The numbers K; null: all that the trials answer for, or evenly in ln K. */
  readonly starts: readonly number[] | null
}

export interface SafeWidthWish {
  readonly depth: number
  readonly below: number
  readonly confidence: number
  /** The widths and the setting; null: the default setting, and all its widths that have trials. */
  readonly cells: readonly GridCell[] | null
}

/**
 * What an installation answers from the trials that it has. The answers are the same, number by number, whether a server is asked or the
 * database is read, so a command prints the same bytes of either.
 */
export interface Questions {
  bestOf(question: BestOfQuestion): Promise<{ readonly sweep: string; readonly cells: readonly BestOfCell[] }>
  compare(sweeps: readonly [string, string], event: ComparedEvent): Promise<readonly PairComparison[]>
  safeWidth(wish: SafeWidthWish): Promise<SafeWidthDocument>
  /** Newest first, with the withdrawals that they led to. */
  audits(limit: number): Promise<AuditList>
  /** null where it is not recorded. */
  trialRecord(cell: string, trial: number): Promise<TrialRecord | null>
}
