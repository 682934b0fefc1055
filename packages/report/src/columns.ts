import type { BornDeadTheory, CellDocument, SweepDocument } from '@collapsar/sweep'
import { OUTCOMES } from '@collapsar/trial'
import { axisValue } from './axis-labels.ts'
import { alarmsOf, overlayOf } from './overlay.ts'
import type { Overlay } from './overlay.ts'

/** One column of the flat table of cells, with one value a cell, in the order of the document. */
export type Column =
  | { readonly name: string; readonly type: 'int32' | 'uint32' | 'float' | 'double'; readonly values: readonly (number | null)[] }
  | { readonly name: string; readonly type: 'string'; readonly values: readonly (string | null)[] }

/**
 * The cells of a sweep as flat columns, the same for every tabular format. Names end in the unit where they
 * have one: `_trials` are counts, `_probability` lies in [0, 1]; losses are in the unit of the loss, pieces are
 * counts. A swept parameter is a column `axis_<name>`. Null stands for "none", never NaN. Where alarms are given,
 * the column `alarm` carries their sentences.
 */
export function columnsOf(document: SweepDocument, given: Overlay = {}): Column[] {
  const { cells, sweep } = document
  const overlay = overlayOf(document, given)
  return [
    text('sweep_id', cells, () => sweep.id),
    text('sweep_name', cells, () => sweep.name),
    ...cellColumns(cells, axisColumns(cells)),
    ...(overlay.alarms === undefined ? [] : [text('alarm', cells, (cell) => alarmsOf(cell, overlay).join(' ') || null)]),
  ]
}

/** The same for cells of no sweep; `labels` are the columns by which cells of one shape are told apart. */
export function cellColumns(cells: readonly CellDocument[], labels: readonly Column[]): Column[] {
  return [
    text('cell', cells, (cell) => cell.cell),
    int32('depth', cells, (cell) => cell.depth),
    int32('hidden_layers', cells, (cell) => cell.hiddenLayers),
    int32('width', cells, (cell) => cell.width),
    ...labels,
    int32('requested_trials', cells, (cell) => cell.inits),
    int32('counted_trials', cells, (cell) => cell.trials),
    int32('lost_trials', cells, (cell) => cell.gaps),
    ...OUTCOMES.map((outcome) => int32(`${outcome}_trials`, cells, (cell) => cell.outcomes[outcome])),
    ...collapseColumns(cells),
    ...bornDeadColumns(cells),
    double('mean_pieces', cells, (cell) => cell.pieces.mean),
    double('median_pieces', cells, (cell) => cell.pieces.median),
    double('max_pieces', cells, (cell) => cell.pieces.max),
    double('median_loss', cells, (cell) => cell.loss.median),
    double('best_loss', cells, (cell) => cell.loss.best),
    text('engine', cells, (cell) => cell.engine),
    text('numerics', cells, (cell) => cell.numerics),
    text('digest', cells, (cell) => cell.digest),
  ]
}

function collapseColumns(cells: readonly CellDocument[]): Column[] {
  return [
    double('collapse_probability', cells, ({ collapse }) => collapse.estimate),
    double('collapse_low_probability', cells, ({ collapse }) => collapse.low),
    double('collapse_high_probability', cells, ({ collapse }) => collapse.high),
    double('interval_level', cells, ({ collapse }) => collapse.level),
    text('interval_method', cells, ({ collapse }) => collapse.method),
  ]
}

function bornDeadColumns(cells: readonly CellDocument[]): Column[] {
  const column = (name: string, value: (theory: BornDeadTheory) => number | null | undefined): Column =>
    double(`theory_born_dead_${name}`, cells, (cell) => value(cell.theory.bornDead) ?? null)
  return [
    column('lower_probability', ({ lower }) => lower),
    column('upper_probability', ({ upper }) => upper),
    column('exact_probability', ({ exact }) => exact),
    column('simulated_probability', ({ simulated }) => simulated?.estimate),
    column('simulated_standard_error', ({ simulated }) => simulated?.standardError),
  ]
}

/** One column for each swept parameter; numbers where all its values are numbers, else text. */
function axisColumns(cells: readonly CellDocument[]): Column[] {
  const names = new Set(cells.flatMap((cell) => Object.keys(cell.axes ?? {})))
  return [...names].map((name) => {
    const values = cells.map((cell) => cell.axes?.[name] ?? null)
    const column = `axis_${snakeCase(name)}`
    return values.every((value) => value === null || typeof value === 'number')
      ? { name: column, type: 'double', values: values.map(finite) }
      : { name: column, type: 'string', values: values.map((value) => (value === null ? null : axisValue(value))) }
  })
}

/** `training.optimizer.learningRate` becomes `training_optimizer_learning_rate`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}

function int32(name: string, cells: readonly CellDocument[], value: (cell: CellDocument) => number): Column {
  return { name, type: 'int32', values: cells.map(value) }
}

type NumberOf = (cell: CellDocument) => number | null

function double(name: string, cells: readonly CellDocument[], value: NumberOf): Column {
  return { name, type: 'double', values: cells.map((cell) => finite(value(cell))) }
}

function text(name: string, cells: readonly CellDocument[], value: (cell: CellDocument) => string | null): Column {
  return { name, type: 'string', values: cells.map(value) }
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
