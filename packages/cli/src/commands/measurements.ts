import type { Backends } from '@collapsar/standalone'
import { CollapsarError, functionCounts } from '@collapsar/sweep'
import type { FunctionCount } from '@collapsar/sweep'
import { MEASUREMENT_NAMES } from '@collapsar/trial'
import type { MeasurementColumn, MeasurementName } from '@collapsar/trial'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { distinctCsv, distinctTable, summaryCsv, summaryJson, summaryRows, summaryTable, trialHeader, trialLines } from '../measurement-summary.ts'
import type { MeasuredCell, SummaryRow } from '../measurement-summary.ts'
import type { Options } from '../options.ts'
import { noCell, requireSweep } from '../require-sweep.ts'
import { withBackends } from '../with-backends.ts'

const FORMATS = ['table', 'csv', 'json'] as const

/** What a measurement set says of the trials of a sweep, exactly: from every trial, not from histograms. */
export const measurements: Command = {
  name: 'measurements',
  summary: 'describe what a measurement set says of the trials of a sweep, or print it trial by trial',
  positionals: ['ID'],
  readsDatabase: true,
  options: {
    set: { type: 'string', value: 'NAME', description: `one of ${MEASUREMENT_NAMES.join(', ')}, as in measure of the sweep file` },
    depth: { type: 'string', value: 'D', description: 'only cells of this depth' },
    width: { type: 'string', value: 'W', description: 'only cells of this width' },
    format: { type: 'string', value: 'F', description: `one of ${FORMATS.join(', ')} (default table)` },
    trials: { type: 'boolean', value: null, description: 'print the numbers of every trial, as CSV' },
    distinct: { type: 'boolean', value: null, description: 'with --set functions: how many different functions the trials are, and how many there may be' },
  },
  run: async (invocation) => {
    const { options, configuration, log, positionals } = invocation
    const set = options.oneOf('set', MEASUREMENT_NAMES)
    if (set === null) throw usage(`--set is missing; accepted: ${MEASUREMENT_NAMES.join(', ')}`)
    const format = options.oneOf('format', FORMATS)
    if (options.flag('trials') && format !== null && format !== 'csv') throw usage(`--trials prints csv, but --format is ${format}`)
    if (options.flag('distinct') && set !== 'functions') throw usage(`--distinct counts functions, but --set is ${set}`)
    return withBackends({ configuration, log }, async ({ store }) => {
      const { id } = await requireSweep(store, positionals[0] ?? '')
      const cells = measuredCells(store, { id, set, options })
      if (options.flag('distinct')) await printDistinct(invocation, cells, format ?? 'table')
      else await (options.flag('trials') ? printTrials(invocation, cells) : printSummary(invocation, cells, format ?? 'table'))
      return EXIT.ok
    })
  },
}

function usage(detail: string): CollapsarError {
  return new CollapsarError('usage', `collapsar measurements: ${detail}. See: collapsar measurements --help`)
}

interface Choice {
  readonly id: string
  readonly set: MeasurementName
  readonly options: Options
}

/**
 * The chosen cells of which something was measured, one in memory at a time.
 * @throws CollapsarError `not-found` when there is none
 */
async function* measuredCells(store: Backends['store'], { id, set, options }: Choice): AsyncGenerator<MeasuredCell> {
  const [depth, width] = [options.integer('depth', 2, 200), options.integer('width', 1, 256)]
  const chosen = (await store.sweepCells(id)).filter(
    ({ spec }) => (depth === null || spec.depth === depth) && (width === null || spec.width === width),
  )
  if (chosen.length === 0) throw noCell(id, depth, width)
  let found = false
  for (const cell of chosen) {
    const read = await store.measurements(cell.cell, set, cell.inits)
    if (read === null || read.trials.length === 0) continue
    found = true
    yield { cell, measurements: read }
  }
  if (found) return
  throw new CollapsarError(
    'not-found',
    `No trial of the sweep ${id} has been measured for ${set}; add it to measure in the sweep file and run that`,
  )
}

async function printSummary({ terminal }: Invocation, cells: AsyncIterable<MeasuredCell>, format: (typeof FORMATS)[number]): Promise<void> {
  const rows: SummaryRow[] = []
  const columns: MeasurementColumn[] = []
  let set = { name: '', version: 0 }
  for await (const cell of cells) {
    set = cell.measurements.set
    rows.push(...summaryRows(cell))
    columns.push(...cell.measurements.columns)
  }
  const render = { table: (all: readonly SummaryRow[]) => summaryTable(all, columns), csv: summaryCsv, json: (all: readonly SummaryRow[]) => summaryJson(set, all) }
  await terminal.data(render[format](rows))
}

async function printDistinct({ terminal }: Invocation, cells: AsyncIterable<MeasuredCell>, format: (typeof FORMATS)[number]): Promise<void> {
  const counts: FunctionCount[] = []
  for await (const { cell, measurements: read } of cells) counts.push(...functionCounts(cell.cell, cell.spec, read))
  const render = { table: distinctTable, csv: distinctCsv, json: (all: readonly FunctionCount[]) => `${JSON.stringify(all, null, 2)}\n` }
  await terminal.data(render[format](counts))
}

/** Lines of one write. */
const WRITE_LINES = 1000

async function printTrials({ terminal }: Invocation, cells: AsyncIterable<MeasuredCell>): Promise<void> {
  let header: string | null = null
  for await (const cell of cells) {
    const own = trialHeader(cell)
    if (header === null) await terminal.data(own)
    else if (header !== own) throw usage('the cells have different numbers; choose some with --depth and --width')
    header = own
    let lines: string[] = []
    for (const line of trialLines(cell)) {
      lines.push(line)
      if (lines.length === WRITE_LINES) await terminal.data(lines.splice(0).join(''))
    }
    await terminal.data(lines.join(''))
  }
}
