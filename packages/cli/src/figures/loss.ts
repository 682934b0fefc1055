import { lossCurves } from '@collapsar/report'
import { CollapsarError, traceQuantiles } from '@collapsar/sweep'
import type { CellDocument, LossQuantiles } from '@collapsar/sweep'
import { measurementSets } from '@collapsar/trial'
import { captionsOf, refusal, requestedCell, requestedCells } from './figure-request.ts'
import type { FigureContent, FigureRequest, RequestedCell } from './figure-request.ts'

const STEPS = 'training.steps'

/** Quantiles of the loss against steps: of the set `traces`, or of cells that differ in the number of steps alone. */
export async function loss(request: FigureRequest): Promise<FigureContent> {
  const swept = requestedCells(request)
  return varyInStepsAlone(swept) ? ofAxis(request, swept.map(({ document }) => document)) : ofTraces(request, requestedCell(request))
}

function varyInStepsAlone(cells: readonly RequestedCell[]): boolean {
  const rest = ({ document: { axes = {}, depth, width } }: RequestedCell): string =>
    JSON.stringify([depth, width, ...Object.entries(axes).filter(([name]) => name !== STEPS)])
  return cells.length > 1 && new Set(cells.map(rest)).size === 1
}

/** Each number of steps is a cell of its own, whose histogram knows its quantiles up to a bin. */
function ofAxis(request: FigureRequest, cells: readonly CellDocument[]): FigureContent {
  const steps = cells.map((cell) => ({ step: Number(cell.axes?.[STEPS]), cell })).toSorted((a, b) => a.step - b.step)
  const [first] = cells
  const captions = { ...captionsOf(request, cells, `loss, depth ${first?.depth}, width ${first?.width}`), notes: [`${request.document.sweep.trials} trials, each trained to its own number of steps; quantiles from bins at most 3.2% wide.`, ABOVE_ALL] }
  return { mark: 'curves', data: lossCurves(captions, steps.map(({ step, cell }) => quantilesOf(step, cell))) }
}

function quantilesOf(step: number, { quantiles }: CellDocument): LossQuantiles {
  const at = (p: number): number | null => quantiles?.loss.find((quantile) => quantile.p === p)?.value ?? null
  return { step, q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95) }
}

const ABOVE_ALL = 'A trial that diverged counts above all others.'

async function ofTraces(request: FigureRequest, { counts, document }: RequestedCell): Promise<FigureContent> {
  const { cell, inits, spec } = counts
  const applies = measurementSets.traces.applies(spec)
  if (applies !== true) throw refusal(`loss: ${applies}`)
  const measurements = await request.store.measurements(cell, 'traces', inits)
  if (measurements === null || measurements.trials.length === 0) {
    throw new CollapsarError(
      'not-found',
      `No trial of depth ${spec.depth}, width ${spec.width} has been measured for traces; add measure: [traces] to the sweep file and run it again, or sweep axes: { ${STEPS}: [..] }`,
    )
  }
  const observed = measurementSets.traces.observes(spec)
  const records = await request.store.cellTrials(cell, inits)
  const { trials, quantiles } = traceQuantiles({ measurements, observed, records, steps: spec.training.steps })
  const notes = [`${trials} of ${inits} trials, the same at every step; the last step is the end of training.`, ABOVE_ALL]
  return { mark: 'curves', data: lossCurves({ ...captionsOf(request, [document], 'loss'), notes }, quantiles) }
}
