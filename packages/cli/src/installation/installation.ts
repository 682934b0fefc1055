import type { CreatedKey, Key, NewKey, SweepProgress, WorkerResource } from '@collapsar/client'
import type { ExtensionWish, PlanDocument, SweepDocument } from '@collapsar/sweep'
import type { Questions } from './questions.ts'

/** What a list says of a sweep. */
export interface SweepEntry {
  readonly id: string
  readonly name: string
  readonly state: string
  /** RFC 3339 in UTC. */
  readonly createdAt: string
  readonly finishedAt: string | null
  readonly owner: string
  readonly tags: readonly string[]
  readonly priority: number
}

/** How far a sweep is. */
export interface SweepStanding {
  readonly sweep: SweepEntry
  readonly progress: SweepProgress
}

export interface SweepFilter {
  /** null: any. */
  readonly tag: string | null
  readonly state: 'active' | 'paused' | 'done' | 'cancelled' | null
}

export interface LostBlock {
  readonly cell: string
  readonly block: number
  readonly reason: string
}

/**
 * Where sweeps live, to the commands that follow and command them: a server over HTTP, or a database that this process opens. Each
 * method rejects with a CollapsarError for what a user can mend: `not-found` for a sweep that there is not.
 */
export interface Installation extends Questions {
  /** In words, as in "the server at http://lab:7070". */
  readonly place: string
  /** Whose time a plan tells. */
  readonly trainedBy: string
  /** @throws CollapsarError `usage` where nobody would train it */
  submit(source: unknown, allowSlow: boolean): Promise<SweepEntry>
  /** With an explanation of every cell. */
  plan(source: unknown, allowSlow: boolean): Promise<PlanDocument>
  /** Newest first. */
  sweeps(filter: SweepFilter): Promise<readonly SweepEntry[]>
  surface(id: string): Promise<SweepDocument>
  /** How the sweep stands, again and again as it changes, until it has ended or the signal aborts. */
  watch(id: string, signal: AbortSignal): AsyncIterable<SweepStanding>
  cancel(id: string): Promise<SweepEntry>
  pause(id: string): Promise<SweepEntry>
  resume(id: string): Promise<SweepEntry>
  extend(id: string, wish: ExtensionWish): Promise<SweepEntry>
  /** The lost blocks, at most a hundred of them, and how many will be tried again. */
  retry(id: string): Promise<{ readonly lost: readonly LostBlock[]; readonly blocks: number }>
  remove(id: string): Promise<void>
  /** Those first that live. */
  workers(): Promise<readonly WorkerResource[]>
  /** Gives the ids of those that were quarantined in the place of this one. */
  trustPlace(worker: string): Promise<readonly string[]>
  /** The answer alone has the key itself. */
  createKey(key: NewKey): Promise<CreatedKey>
  /** Newest first. */
  keys(): Promise<readonly Key[]>
  revokeKey(id: string): Promise<Key>
}

/** Workers and keys that are listed at most, wherever they are. */
export const LISTED = { workers: 1000, keys: 500 } as const
