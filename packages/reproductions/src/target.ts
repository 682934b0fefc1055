import type { FigureData, FigureName } from '@collapsar/report'
import type { CellDocument, CellMeasurements, SweepDocument, SweepFile, Tally } from '@collapsar/sweep'
import type { MeasurementName, Parameters, TrialRecord, TrialSpec } from '@collapsar/trial'
import type { Measurement } from './measurement.ts'

/** `quick`: minutes for all targets together, and large deviations only. `full`: at least what the paper did. */
export type Size = 'quick' | 'full'
export const SIZES: readonly Size[] = ['quick', 'full']

export interface Paper {
  readonly authors: string
  readonly year: number
  readonly title: string
  /** Number of the preprint, `1808.04947`. */
  readonly arxiv: string
}

/** A sweep that a target needs, and whether its judge reads every trial beside the counts. */
export interface PlannedSweep {
  readonly file: SweepFile
  readonly records?: true
}

/** One cell of a sweep that is done: what was counted, and the trials themselves where they were asked for. */
export interface CellEvidence {
  readonly document: CellDocument
  readonly spec: TrialSpec
  readonly tally: Tally
  /** [trial]; empty unless the planned sweep asks for records. */
  readonly records: readonly TrialRecord[]
  /** What the sets in `measure` of the planned sweep's file say of the trials; no others. */
  readonly measurements: Readonly<Partial<Record<MeasurementName, CellMeasurements>>>
}

/** One sweep that is done. */
export interface SweepEvidence {
  readonly document: SweepDocument
  readonly cells: readonly CellEvidence[]
}

/** What a picture is drawn from: the map of a sweep, or the data of any other figure. */
export type Figure =
  | { readonly kind: 'map'; readonly document: SweepDocument }
  | { readonly [Name in FigureName]: { readonly kind: Name; readonly data: FigureData[Name] } }[FigureName]

/** Trains one trial of a cell again, to so many steps, and gives its parameters: the bits that were counted. */
export type NetworkSource = (spec: TrialSpec, trial: number, steps: number) => Promise<Parameters>

/** A figure or a number of a paper: how it was made, how we make it, and what to hold it against. */
export interface Target {
  /** Place in the list; numbers are stable. */
  readonly number: number
  /** As the command line takes it. */
  readonly name: string
  readonly title: string
  readonly paper: Paper
  /** Which figure, table or sentence. */
  readonly item: string
  /** Where the published numbers were read, and where the references that were not published come from. */
  readonly source: string
  /** What is published, verbatim where it is a number. */
  readonly published: readonly string[]
  readonly protocol: readonly string[]
  /** What of the protocol is ours, because it was not published. */
  readonly assumptions: readonly string[]
  sweeps(size: Size): readonly PlannedSweep[]
  /**
   * Holds what was measured against the references; a function of the evidence alone.
   * @param evidence of `sweeps(size)`, in that order
   */
  judge(evidence: readonly SweepEvidence[]): readonly Measurement[]
  /**
   * The figure that the paper has, from our trials; absent where it has none.
   * @param networks for pictures of what no measurement keeps
   */
  figure?(evidence: readonly SweepEvidence[], networks: NetworkSource): Figure | Promise<Figure>
}
