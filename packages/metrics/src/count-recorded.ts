import type { Metrics } from './metrics.ts'

/** What was handed in to be recorded, and what became of it. */
export interface Recording {
  /** Kind or id of the engine that trained it. */
  readonly engine: string
  readonly blocks: readonly { readonly index: number; readonly tally: { readonly outcomes: Readonly<Record<string, number>> } }[]
  readonly counts: {
    readonly recorded: number
    readonly duplicate: number
    /** Indices of the recorded ones where there were duplicates, too. */
    readonly fresh?: readonly number[]
  }
}

/** Counts each block once in its life: trained again, its trials count no more. */
export function countRecorded({ blocks, trials }: Pick<Metrics, 'blocks' | 'trials'>, recording: Recording): void {
  const { recorded, duplicate, fresh } = recording.counts
  blocks.inc({ result: 'recorded' }, recorded)
  blocks.inc({ result: 'duplicate' }, duplicate)
  if (recorded === 0) return
  const byIndex = new Map(recording.blocks.map((block) => [block.index, block]))
  for (const index of fresh ?? byIndex.keys()) {
    for (const [outcome, count] of Object.entries(byIndex.get(index)?.tally.outcomes ?? {})) {
      if (count > 0) trials.inc({ outcome, engine: recording.engine }, count)
    }
  }
}
