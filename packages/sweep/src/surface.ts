import { estimate, stratifiedEstimate } from '@collapsar/statistics'
import type { Estimate } from '@collapsar/statistics'
import { COLLAPSED, OUTCOMES } from '@collapsar/trial'
import type { Outcome, TrialSpec } from '@collapsar/trial'
import { cellAlarms } from './alarms.ts'
import type { Alarm } from './alarms.ts'
import { cellTheory } from './cell-theory.ts'
import type { CellTheory } from './cell-theory.ts'
import type { EngineVersion } from './chunk.ts'
import { engineNames } from './engine-names.ts'
import { histogramMedian, histogramTotal } from './histogram.ts'
import type { Until } from './sweep-file.ts'
import { countedPieces, tallyQuantiles } from './tally-quantiles.ts'
import type { TallyQuantiles } from './tally-quantiles.ts'
import { lossOfBin } from './tally.ts'
import type { Tally } from './tally.ts'

/** What a sweep reads of one cell. */
export interface CellCounts {
  readonly cell: string
  readonly spec: TrialSpec
  readonly inits: number
  readonly tally: Tally
  /** Trials lost to terminal gaps in the counted prefix. */
  readonly gaps: number
  readonly digest: string | null
  readonly engines: readonly EngineVersion[]
}

/** p = b + (1 - b) r with b from theory; the interval holds at any number of trials. */
export interface Stratified {
  readonly estimate: number | null
  readonly standardError: number | null
  readonly low: number
  readonly high: number
  readonly level: number
}

/** One cell of the document that `run --json` and `surface` print; a function of the counted trials alone. */
export interface CellDocument {
  readonly cell: string
  readonly depth: number
  readonly hiddenLayers: number
  readonly width: number
  readonly axes?: Readonly<Record<string, unknown>>
  /** Trials asked for. */
  readonly inits: number
  /** Trials counted: those of the contiguous prefix. */
  readonly trials: number
  /** Trials lost for good. */
  readonly gaps: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly collapse: Estimate
  /** The same probability with that of being born dead from theory: only deaths in training are estimated. Null without that theory. */
  readonly stratified: Stratified | null
  readonly pieces: { readonly mean: number | null; readonly median: number | null; readonly max: number | null }
  /** The median is the middle of a histogram bin at most 3.2% wide. */
  readonly loss: { readonly median: number | null; readonly best: number | null }
  readonly theory: CellTheory
  /** Contradictions to what has been proved; none but for a fault. */
  readonly alarms: readonly Alarm[]
  /** With the bounds that the bins of the counts leave; absent before the first trial is counted. */
  readonly quantiles?: TallyQuantiles
  /** With versions where several trained it, as in `cpu 1+cpu 2`. */
  readonly engine: string | null
  readonly numerics: string
  readonly digest: string | null
}

/** How far an adaptive sweep is. */
export interface UntilDocument extends Until {
  /** Rounds that followed the first. */
  readonly rounds: number
  /** Cells whose interval leaves every level on one side. */
  readonly decided: number
}

export interface SweepDocument {
  readonly sweep: {
    readonly id: string
    readonly name: string
    readonly state: string
    /** What all cells have in common, in words. */
    readonly setting: string
    readonly trials: number
    readonly reused: number
    /** What the sweep decides, where it asks for that in place of a number of trials. */
    readonly until?: UntilDocument
    readonly seconds: number
  }
  readonly cells: readonly CellDocument[]
}

export function cellDocument(counts: CellCounts, axes: Readonly<Record<string, unknown>> = {}): CellDocument {
  const { spec, tally } = counts
  const theory = cellTheory(spec)
  return {
    cell: counts.cell,
    depth: spec.depth,
    hiddenLayers: spec.depth - 1,
    width: spec.width,
    ...(Object.keys(axes).length > 0 && { axes }),
    inits: counts.inits,
    trials: tally.trials,
    gaps: counts.gaps,
    outcomes: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, tally.outcomes[outcome]])) as Record<Outcome, number>,
    collapse: collapseEstimate(counts),
    stratified: stratifiedOf(counts, theory),
    pieces: piecesSummary(tally),
    loss: lossSummary(tally),
    theory,
    alarms: cellAlarms(counts, theory),
    ...(tally.trials > 0 && { quantiles: tallyQuantiles(tally) }),
    engine: engineNames(counts.engines),
    numerics: spec.numerics,
    digest: counts.digest,
  }
}

/** P(collapse) of a cell with its anytime-valid interval. */
export function collapseEstimate({ tally, gaps }: Pick<CellCounts, 'tally' | 'gaps'>): Estimate {
  return estimate(collapsedTrials(tally), tally.trials, gaps)
}

function stratifiedOf({ gaps, spec, tally }: CellCounts, { bornDead: { exact, simulated } }: CellTheory): Stratified | null {
  const bornDead = exact === null ? simulated : { estimate: exact, standardError: 0 }
  const alive = tally.trials - tally.outcomes.born_dead
  if (bornDead === null || alive === 0 || spec.training.steps === 0) return null
  const died = collapsedTrials(tally) - tally.outcomes.born_dead
  const { estimate: value, variance, low, high, level } = stratifiedEstimate({ bornDead, diedAlive: { successes: died, trials: alive, gaps } })
  return { estimate: value, standardError: variance === null ? null : Math.sqrt(variance), low, high, level }
}

/** Trials that ended as a constant, by any of the ways that count as collapse. */
export function collapsedTrials(tally: Tally): number {
  return COLLAPSED.reduce((sum, outcome) => sum + tally.outcomes[outcome], 0)
}

function piecesSummary({ pieces, piecesSum }: Tally): CellDocument['pieces'] {
  const counted = countedPieces(pieces)
  const trials = histogramTotal(counted)
  if (trials === 0) return { mean: null, median: null, max: null }
  return { mean: piecesSum / trials, median: histogramMedian(counted, (bin) => bin), max: counted.bins.at(-1) ?? null }
}

function lossSummary(tally: Tally): CellDocument['loss'] {
  const median = histogramMedian(tally.losses, lossOfBin)
  return {
    median: median !== null && Number.isFinite(median) ? median : null,
    best: Number.isFinite(tally.bestLoss) ? tally.bestLoss : null,
  }
}
