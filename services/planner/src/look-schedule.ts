import type { EngineKind } from '@collapsar/sweep'

/** Chunks are issued again once so much of what was outstanding after the last look has been recorded. */
const REFILL_SHARE = 1 / 3
/** Longest time between two looks: bounds how late an expired failure, a new worker or a withdrawn block is seen. */
const LONGEST_PAUSE_SECONDS = 1
/** ...unless looks are slow: then they take this share of the planner's time at most. */
const LARGEST_SHARE = 0.1

/** What a cheap glance tells. */
export interface Glance {
  /** Names the active sweeps and what could change their plans but counts. */
  readonly sweeps: string
  /** Live chunks of each engine. */
  readonly live: ReadonlyMap<EngineKind, number>
}

/**
 * Decides when the cells of every active sweep are read, which takes longer than all else that the planner does: a tenth of a second
 * for ten thousand cells. Every record wakes the planner, but as long as enough chunks are outstanding nothing would follow.
 */
export class LookSchedule {
  #sweeps: string | null = null
  #filled: ReadonlyMap<EngineKind, number> = new Map()
  #nextAt = -Infinity

  isDue({ sweeps, live }: Glance, nowMs = performance.now()): boolean {
    if (sweeps !== this.#sweeps || nowMs >= this.#nextAt) return true
    return [...this.#filled].some(([engine, filled]) => filled - (live.get(engine) ?? 0) > filled * REFILL_SHARE)
  }

  /** After a look that took so long, with so many live chunks of each engine at its end. */
  looked({ sweeps, live }: Glance, seconds: number, nowMs = performance.now()): void {
    this.#sweeps = sweeps
    this.#filled = live
    this.#nextAt = nowMs + Math.max(LONGEST_PAUSE_SECONDS, seconds / LARGEST_SHARE) * 1000
  }
}
