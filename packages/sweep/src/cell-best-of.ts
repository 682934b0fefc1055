import type { MeasurementName } from '@collapsar/trial'
import { bestOfCell } from './best-of.ts'
import type { BestOfCell, BestOfSetting } from './best-of.ts'
import type { CellTrials } from './cell-trials.ts'
import { CollapsarError } from './errors.ts'
import type { LabelledCell } from './label-cells.ts'
import type { CellMeasurements } from './measurement-block.ts'
import type { CellCounts } from './surface.ts'

/** What reads the trials of cells: a store. */
export interface TrialReader {
  cellTrials(cell: string, inits: number): Promise<CellTrials>
  measurements(cell: string, set: MeasurementName, inits: number): Promise<CellMeasurements | null>
}

/** Fewer trials answer for no number of starts. */
const FEWEST_TRIALS = 3

/** The cells that have trials enough to say something. */
export function answeringBestOf(cells: readonly LabelledCell[]): readonly LabelledCell[] {
  return cells.filter(({ counts }) => counts.tally.trials >= FEWEST_TRIALS)
}

/**
 * What starting several times is worth in a cell: by test error where every counted trial was measured for it, else by training loss.
 * @throws CollapsarError `invalid-request` for numbers of starts that its trials do not answer for
 */
export async function cellBestOf(reader: TrialReader, counts: CellCounts, setting: BestOfSetting): Promise<BestOfCell> {
  const trials = await reader.cellTrials(counts.cell, counts.inits)
  const errors = await testErrors(reader, counts, trials)
  try {
    return bestOfCell(counts, trials, { ...setting, ...(errors !== null && { errors }) })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const { depth, width } = counts.spec
    throw new CollapsarError('invalid-request', `Best of K at depth ${depth}, width ${width}: ${cause.message}`, { cause })
  }
}

/** [trial] as the records; null unless all of them were measured: two scores in one estimate would be neither. */
async function testErrors(reader: TrialReader, { cell, inits, spec }: CellCounts, { trials }: CellTrials): Promise<ArrayLike<number> | null> {
  if (spec.problem.testPoints === undefined) return null
  const facts = await reader.measurements(cell, 'facts', inits)
  const column = facts?.columns.findIndex(({ name }) => name === 'testError') ?? -1
  const places = new Map(Array.from(facts?.trials ?? [], (trial, place) => [trial, place]))
  if (!trials.every((trial) => places.has(trial))) return null
  return Float64Array.from(trials, (trial) => facts?.values[column]?.[places.get(trial) ?? -1] ?? Number.NaN)
}
