import type { Counts } from '@collapsar/statistics'
import { compareShare } from '../comparisons/share.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import type { CellEvidence, SweepEvidence } from '../target.ts'

/** Every published percentage of the papers on dying networks rests on so many runs. */
const PUBLISHED_RUNS = 1000

/** One sweep of one cell, and what its share of collapsed networks is held against. */
export interface ExpectedCollapse {
  readonly what: string
  /** null: no number is printed for this setting. */
  readonly published: number | null
  /** null: not simulated independently. */
  readonly simulated: { readonly probability: number; readonly trials: number } | null
}

export interface CountedCollapse {
  readonly evidence: readonly SweepEvidence[]
  /** What counts as collapsed. */
  readonly countOf: (cell: CellEvidence) => Counts
  readonly material: number
}

/** The collapse of each sweep's one cell beside its references, in the order of the sweeps. */
export function compareCollapses(expected: readonly ExpectedCollapse[], { evidence, countOf, material }: CountedCollapse): Measurement[] {
  const references = expected.flatMap(({ what, published, simulated }, index) => [
    ...(published === null ? [] : [{ index, what, kind: 'published', reference: { probability: published, trials: PUBLISHED_RUNS } } as const]),
    ...(simulated === null ? [] : [{ index, what: `${what}, independent simulation`, kind: 'simulated', reference: simulated } as const]),
  ])
  const falseAlarm = FAMILY_FALSE_ALARM / references.length
  return references.flatMap(({ index, ...compared }) =>
    (evidence[index]?.cells ?? []).map((cell) => compareShare({ ...compared, counts: countOf(cell), falseAlarm, material })),
  )
}
