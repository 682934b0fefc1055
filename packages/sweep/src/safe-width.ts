import { safeWidth } from '@collapsar/statistics'
import type { SafeWidthQuestion, SafeWidthStep, TrialsMissing } from '@collapsar/statistics'
import { provedSafeFromBirth } from './cell-theory.ts'
import { settingWords } from './setting-words.ts'
import { collapsedTrials } from './surface.ts'
import type { CellCounts } from './surface.ts'

/** One width of the fixed sequence, wide to narrow, and what its trials say. */
export interface WidthEvidence {
  readonly width: number
  readonly cell: string
  /** Trials counted. */
  readonly trials: number
  readonly collapsed: number
  /** Trials lost for good; against every verdict. */
  readonly gaps: number
  /** ln E for "below": safe from ln(1 / (1 - confidence)) on, however often one looks. */
  readonly logEvidence: number
  /** Anytime-valid upper bound on P(collapse). */
  readonly upperBound: number
  readonly verdict: 'safe' | 'unsafe' | 'undecided'
}

/** What `safe-width` prints. */
export interface SafeWidthDocument {
  readonly depth: number
  readonly below: number
  readonly confidence: number
  /** What the widths have in common, in words. */
  readonly setting: string
  /** Smallest width shown safe with every wider one of the sequence; null if the widest is not. */
  readonly width: number | null
  readonly evidence: readonly WidthEvidence[]
  /** From this width on being born dead is proved to be no more probable than `below`; null where no theorem applies. */
  readonly bornDeadProved: number | null
  /** What the first width that is not safe still needs; null where there is none, or no number of trials is in sight. */
  readonly missing: (TrialsMissing & { readonly width: number }) | null
}

/**
 * The smallest safe width of one depth: every width of `cells` at its full level, from the widest on downwards, until one is not
 * shown safe. From counts alone; no fitted surface takes part.
 * @throws RangeError without cells, for cells of several depths or one width twice, and for levels outside (0, 1)
 */
export function safeWidthDocument(cells: readonly CellCounts[], question: SafeWidthQuestion): SafeWidthDocument {
  const depths = new Set(cells.map(({ spec }) => spec.depth))
  if (depths.size > 1) throw new RangeError(`invalid cells: of the depths ${[...depths].join(', ')}; accepted: one depth`)
  const answer = safeWidth(cells.map(countsOf), question)
  const { below, confidence, width, firstNotSafe, missing, steps } = answer
  return {
    depth: cells[0]?.spec.depth ?? 0,
    below,
    confidence,
    setting: settingWords(cells.map(({ spec }) => spec)),
    width,
    evidence: steps.map((step) => evidenceOf(step, cells)),
    bornDeadProved: provedOf(cells, below),
    missing: missing === null || firstNotSafe === null ? null : { width: firstNotSafe.width, ...missing },
  }
}

/** Of all widths alike: the hypotheses are those of the setting. */
function provedOf(cells: readonly CellCounts[], below: number): number | null {
  const widths = cells.map(({ spec }) => provedSafeFromBirth(spec, below))
  return widths.includes(null) ? null : (widths[0] ?? null)
}

function countsOf({ spec, tally, gaps }: CellCounts): { width: number; successes: number; trials: number; gaps: number } {
  return { width: spec.width, successes: collapsedTrials(tally), trials: tally.trials, gaps }
}

function evidenceOf(step: SafeWidthStep, cells: readonly CellCounts[]): WidthEvidence {
  const { width, trials, successes, gaps, logEvidence, upperBound, verdict } = step
  const cell = cells.find(({ spec }) => spec.width === width)?.cell ?? ''
  return { width, cell, trials, collapsed: successes, gaps, logEvidence, upperBound, verdict }
}
