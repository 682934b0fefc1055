import { boundAlarm, maximumAlarm } from '@collapsar/statistics'
import type { BoundAlarm } from '@collapsar/statistics'
import { piecesMaximum } from './cell-theory.ts'
import type { CellTheory } from './cell-theory.ts'
import type { CellCounts } from './surface.ts'

/** A cell whose counts contradict what has been proved of it: the counting, the training or the theorem's use is at fault. */
export interface Alarm {
  readonly about: 'born dead' | 'pieces'
  /** Which bound, what was observed, and how likely that would be. */
  readonly sentence: string
}

/**
 * Raised in one of a million cells whose bound holds, at most; in more where the same cell is looked at again and again, in proportion
 * to the looks at most. Simulated theory raises none: it is no proof.
 */
export function cellAlarms({ spec, tally, gaps }: CellCounts, { bornDead }: CellTheory): Alarm[] {
  const { exact, lower, upper } = bornDead
  const counts = { k: tally.outcomes.born_dead, n: tally.trials, gaps }
  const dead = boundAlarm({ ...counts, lower: exact ?? lower, upper: exact ?? upper })
  const most = tally.pieces.bins.at(-1) ?? 0
  const many = maximumAlarm(most, piecesMaximum(spec))
  return [
    ...(dead === null ? [] : [{ about: 'born dead', sentence: bornDeadSentence(dead, counts) } as const]),
    ...(many === null ? [] : [{ about: 'pieces', sentence: `a network has ${many.observed} pieces; at most ${many.maximum} are possible` } as const]),
  ]
}

function bornDeadSentence({ side, bound, tail }: BoundAlarm, { k, n }: { readonly k: number; readonly n: number }): string {
  const limit = `${side === 'upper' ? 'at most' : 'at least'} ${Number((100 * bound).toPrecision(4))}%`
  return `${k} of ${n} were born dead, where it is proved that ${limit} are; so far off with a probability of ${tail.toExponential(1)}`
}
