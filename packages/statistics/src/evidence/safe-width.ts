import { checkCount, checkOpenUnit } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { safeUpperBound } from './one-sided-bound.ts'
import { safeEvidence, unsafeEvidence } from './one-sided.ts'
import { trialsMissing } from './trials-missing.ts'
import type { TrialsMissing } from './trials-missing.ts'

/** What was observed at one width: successes are collapsed trials. */
export interface WidthCounts extends Counts {
  readonly width: number
}

/** The claim "P(collapse) < below", at a confidence; both are to be stated before the trials are looked at. */
export interface SafeWidthQuestion {
  readonly below: number
  /** 0.95 unless said. */
  readonly confidence?: number
}

/** One width of the sequence, and what its trials say. */
export interface SafeWidthStep extends Required<WidthCounts> {
  /** ln E for "below", lost trials counted as collapsed: safe from ln(1 / (1 - confidence)) on. */
  readonly logEvidence: number
  /** The anytime-valid upper bound on P(collapse) at this confidence: safe where it is less than `below`. */
  readonly upperBound: number
  readonly verdict: 'safe' | 'unsafe' | 'undecided'
}

/** The answer, with all that was asked for it. */
export interface SafeWidth {
  readonly below: number
  readonly confidence: number
  /** Smallest width shown safe together with every wider one of the sweep; null if the widest is not. */
  readonly width: number | null
  /** Wide to narrow, up to the first that is not safe. */
  readonly steps: readonly SafeWidthStep[]
  /** The last step, unless all widths are safe. */
  readonly firstNotSafe: SafeWidthStep | null
  /** What its verdict still needs; null where all are safe, it is shown unsafe, or no number of trials is in sight. */
  readonly missing: TrialsMissing | null
}

/**
 * The smallest width of one depth that is shown safe, by a fixed-sequence test: from the widest on downwards, each width
 * at the full level, and on only while it is safe. The claims made are all true with probability at least `confidence`,
 * under top-up, reuse and any looking: a false one needs the first width of the sequence that is not safe to pass, and
 * each width's evidence passes falsely with probability at most 1 - confidence, ever. It does not suppose that wider
 * is safer. For one depth, one level and the sweep's own widths; a joint claim over several depths splits
 * 1 - confidence among them.
 *
 * @param cells one for each width, in any order
 * @throws RangeError without cells, on a width given twice, impossible counts, or a level outside (0, 1).
 * @source fixed-sequence testing: Maurer, Hothorn and Lehmacher (1995); e-values: `safeEvidence`
 */
export function safeWidth(cells: readonly WidthCounts[], { below, confidence = 0.95 }: SafeWidthQuestion): SafeWidth {
  checkOpenUnit('below', below)
  checkOpenUnit('confidence', confidence)
  checkWidths(cells)
  const steps: SafeWidthStep[] = []
  for (const cell of cells.toSorted((one, other) => other.width - one.width)) {
    const step = judge(cell, below, confidence)
    steps.push(step)
    if (step.verdict !== 'safe') break
  }
  const last = steps.at(-1)
  const firstNotSafe = last === undefined || last.verdict === 'safe' ? null : last
  const undecided = firstNotSafe?.verdict === 'undecided'
  return {
    below,
    confidence,
    width: steps.findLast(({ verdict }) => verdict === 'safe')?.width ?? null,
    steps,
    firstNotSafe,
    missing: undecided ? trialsMissing(firstNotSafe, { below, confidence }) : null,
  }
}

function judge(cell: WidthCounts, below: number, confidence: number): SafeWidthStep {
  const { width, successes, trials, gaps = 0 } = cell
  const needed = -Math.log1p(-confidence)
  const logEvidence = safeEvidence(cell, below)
  const unsafe = unsafeEvidence(cell, below) >= needed
  const verdict = logEvidence >= needed ? 'safe' : unsafe ? 'unsafe' : 'undecided'
  return { width, successes, trials, gaps, logEvidence, upperBound: safeUpperBound(cell, confidence), verdict }
}

function checkWidths(cells: readonly WidthCounts[]): void {
  if (cells.length === 0) throw new RangeError('cells must be given for at least one width, got none')
  const seen = new Set<number>()
  for (const { width } of cells) {
    checkCount('width', width, 1)
    if (seen.has(width)) throw new RangeError(`width must be given once for each cell, got ${width} twice`)
    seen.add(width)
  }
}
