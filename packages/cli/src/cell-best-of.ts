import type { Backends } from '@collapsar/standalone'
import { bestOfCell, CollapsarError } from '@collapsar/sweep'
import type { BestOfCell, BestOfSetting, CellCounts, CellTrials } from '@collapsar/sweep'

/**
 * What starting several times is worth in a cell: by test error where every counted trial was measured for it, else by training loss.
 * @throws CollapsarError `usage` for numbers of starts that its trials do not answer for
 */
export async function cellBestOf(store: Backends['store'], counts: CellCounts, setting: BestOfSetting): Promise<BestOfCell> {
  const trials = await store.cellTrials(counts.cell, counts.inits)
  const errors = await testErrors(store, counts, trials)
  try {
    return bestOfCell(counts, trials, { ...setting, ...(errors !== null && { errors }) })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const { depth, width } = counts.spec
    throw new CollapsarError('usage', `collapsar best-of: depth ${depth}, width ${width}: ${cause.message}`, { cause })
  }
}

/** [trial] as the records; null unless all of them were measured: two scores in one estimate would be neither. */
async function testErrors(store: Backends['store'], { cell, inits, spec }: CellCounts, { trials }: CellTrials): Promise<ArrayLike<number> | null> {
  if (spec.problem.testPoints === undefined) return null
  const facts = await store.measurements(cell, 'facts', inits)
  const column = facts?.columns.findIndex(({ name }) => name === 'testError') ?? -1
  const places = new Map(Array.from(facts?.trials ?? [], (trial, place) => [trial, place]))
  if (!trials.every((trial) => places.has(trial))) return null
  return Float64Array.from(trials, (trial) => facts?.values[column]?.[places.get(trial) ?? -1] ?? Number.NaN)
}
