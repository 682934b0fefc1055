import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { alarmLines } from './alarm-lines.ts'
import { bornDeadShare, bornDeadTheoryText } from './born-dead.ts'
import { mapsOf } from './cell-map.ts'
import type { CellMap } from './cell-map.ts'
import { undecidedLevels } from './levels.ts'
import type { MapAxes } from './map-axes.ts'
import { alarmsOf, contoursByMap, overlayOf } from './overlay.ts'
import type { Contour, Overlay, View } from './overlay.ts'
import { estimateText, intervalText, percent } from './percent.ts'
import { arithmeticText, figureDigest, initsText, intervalMethodText, titleOf, trialsText, untilText } from './summary.ts'
import { contourSections } from './terminal/contours.ts'
import { gapLines } from './terminal/gaps.ts'
import { gridLines } from './terminal/grid.ts'
import type { Entry } from './terminal/grid.ts'
import { outcomeLines } from './terminal/outcomes.ts'
import { paint as paintFor } from './terminal/paint.ts'
import type { Paint } from './terminal/paint.ts'
import { printable, wrap } from './text.ts'

export interface TableOptions extends View {
  /** Width of the terminal in characters; default 80. */
  readonly columns?: number
  /** Whether to use ANSI colours; default no. */
  readonly colour?: boolean
}

/**
 * The map of P(collapse) for a terminal: every cell with its estimate and interval in percent, the share born
 * dead beside the theory, how the trials ended, what was lost, and how to read it. Plain text, ended by a line
 * feed; within `columns` where these are at least 60.
 * @throws RangeError where a contour does not have one value for each row of its map.
 * @throws CollapsarError `invalid-request` where the sweep has no parameter of the name asked for.
 */
export function tableOf(document: SweepDocument, options: TableOptions = {}): string {
  const columns = options.columns ?? 80
  const paint = paintFor(options.colour ?? false)
  const maps = mapsOf(document, options.axes)
  const overlay = overlayOf(document, options.overlay)
  const contours = contoursByMap(overlay.contours ?? [], maps)
  const sections = [
    headingLines(document, columns, paint),
    ...maps.flatMap((map, index) => mapSections(map, { contours: contours[index] ?? [], overlay, columns, paint, axes: options.axes })),
    outcomeLines(document, paint),
    gapLines(document, maps, { columns, paint }),
    alarmSection(maps, { overlay, columns, paint }),
    legendLines(document, maps, { overlay, columns, paint }),
  ]
  const filled = sections.filter((lines) => lines.length > 0)
  return `${filled.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function headingLines(document: SweepDocument, columns: number, paint: Paint): string[] {
  const { state } = document.sweep
  const counts = `${initsText(document)} initializations a cell, ${arithmeticText(document)}`
  const setting = printable(document.sweep.setting)
  const decided = untilText(document)
  return [
    ...wrap(titleOf(document), columns).map((line) => paint.bold(line)),
    ...(setting === '' ? [] : wrap(setting, columns).map((line) => paint.dim(line))),
    ...wrap(`${printable(state)}: ${trialsText(document)}; ${counts}`, columns).map((line) => paint.dim(line)),
    ...(decided === '' ? [] : wrap(decided, columns).map((line) => paint.dim(line))),
  ]
}

interface SectionOptions {
  readonly overlay: Overlay
  readonly columns: number
  readonly paint: Paint
}

interface MapOptions extends SectionOptions {
  readonly contours: readonly Contour[]
  readonly axes: MapAxes | undefined
}

/** Both maps of a variant, turned the same way: as asked for, else the one that takes fewer lines. */
function mapSections(map: CellMap, { contours, overlay, columns, paint, axes }: MapOptions): string[][] {
  const heading = map.heading === '' ? [] : [wrap(map.heading, columns).map((line) => paint.bold(line))]
  const collapse = (cell: CellDocument): Entry => collapseEntry(cell, overlay)
  const turned = (across: 'columns' | 'rows'): string[][] => [
    [paint.bold('P(collapse), %'), ...gridLines(map, collapse, { across, columns, paint })],
    [paint.bold('Born dead, % (theory)'), ...gridLines(map, bornDeadEntry, { across, columns, paint })],
  ]
  const isAsked = axes?.columns !== undefined || axes?.rows !== undefined
  const [upright, sideways] = [turned('rows'), turned('columns')]
  const grids = isAsked || sideways.flat().length < upright.flat().length ? sideways : upright
  return [...heading, ...grids, ...contourSections(contours, map, { columns, paint })]
}

function collapseEntry(cell: CellDocument, overlay: Overlay): Entry {
  const alarm = alarmsOf(cell, overlay).length > 0 ? '#' : ''
  const marks = `${undecidedLevels(cell).length > 0 ? '~' : ''}${cell.gaps > 0 ? '!' : ''}${alarm}`
  return {
    number: estimateText(cell.collapse),
    probability: cell.collapse.estimate,
    remark: intervalText(cell.collapse) + marks,
  }
}

function bornDeadEntry(cell: CellDocument): Entry {
  const share = bornDeadShare(cell)
  const theory = bornDeadTheoryText(cell.theory.bornDead)
  return {
    number: share === null ? '–' : percent(share),
    probability: share,
    remark: theory === '' ? '' : `(${theory})`,
  }
}

function alarmSection(maps: readonly CellMap[], { overlay, columns, paint }: SectionOptions): string[] {
  const [heading, ...sentences] = alarmLines(maps, overlay)
  if (heading === undefined) return []
  const indented = (line: string): string[] => wrap(line, columns - 2).map((part) => `  ${part}`)
  return [paint.bold(heading), ...sentences.flatMap(indented)]
}

function legendLines(document: SweepDocument, maps: readonly CellMap[], options: SectionOptions): string[] {
  const { overlay, columns, paint } = options

  const where = (holds: (cell: CellDocument) => boolean, sentence: string): string[] =>
    document.cells.some(holds) ? [sentence] : []
  const sentences = [
    'collapse: the network ends as a constant. depth: number of affine layers. width: units in each hidden layer.',
    `[ , ] ${intervalMethodText(document)}, for each cell by itself.`,
    ...where(({ collapse }) => collapse.estimate === 0, '<x no trial collapsed; the interval ends at x.'),
    ...where(({ collapse }) => collapse.estimate === 1, '>x every trial collapsed; the interval begins at x.'),
    ...where((cell) => undecidedLevels(cell).length > 0, '~ undecided: the interval contains 1% or 10%.'),
    ...((overlay.alarms ?? []).length > 0 ? ['# contradicts what has been proved: see the alarms above.'] : []),
    ...where((cell) => cell.trials === 0, '– nothing counted yet.'),
    ...(maps.some(hasHoles) ? ['blank: not in the sweep.'] : []),
    ...theorySentences(document),
    `digest ${figureDigest(document)}`,
  ]
  return sentences.flatMap((sentence) => wrap(sentence, columns)).map((line) => paint.dim(line))
}

function hasHoles(map: CellMap): boolean {
  return map.columns.values.some((_, column) => map.rows.values.some((_, row) => map.cellAt(column, row) === null))
}

function theorySentences(document: SweepDocument): string[] {
  const theories = document.cells.map((cell) => cell.theory.bornDead)
  const texts = theories.map(bornDeadTheoryText)
  const error = theories.reduce((most, { exact, simulated }) => {
    return Math.max(most, exact === null ? (simulated?.standardError ?? 0) : 0)
  }, 0)
  const kinds = [
    ...(texts.some((text) => text.startsWith('=')) ? ['= closed form'] : []),
    ...(error > 0 ? [`≈ simulated (standard error at most ${percent(error)})`] : []),
    ...(texts.some((text) => /[–≤≥]/.test(text)) ? ['–, ≤, ≥ proved bounds'] : []),
  ]
  return kinds.length === 0 ? [] : [`theory of being born dead: ${kinds.join(', ')}.`]
}
