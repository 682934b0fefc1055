import type { SweepDocument } from '@collapsar/sweep'
import { numberText } from '../axis-labels.ts'
import type { CellMap } from '../cell-map.ts'
import { hexColour, scalePosition, SCALE_FLOOR } from '../colour-scale.ts'
import { LEVELS, undecidedLevels } from '../levels.ts'
import type { Overlay } from '../overlay.ts'
import { alarmMark } from './alarms.ts'
import { dashedLine, solidLine } from './boundaries.ts'
import type { TheoryCurve } from './boundaries.ts'
import { emptyMark, gapMark } from './cells.ts'
import { fittedLine } from './contours.ts'
import { element, text } from './element.ts'
import { bandHatch, hatchMark } from './hatches.ts'
import { FAINT_INK, INK } from './typography.ts'

const BAR = { width: 240, height: 12 }
const SIZE = 11
const LINE = 20
/** Left edges of the two columns of marks. */
const LINES_LEFT = 270
const CELLS_LEFT = 560
const SAMPLE = { width: 28, height: 14 }

interface Item {
  readonly sample: string
  readonly label: string
}

export interface Legend {
  readonly markup: string
  readonly height: number
}

interface LegendOptions {
  readonly theory: TheoryCurve | null
  readonly maps: readonly CellMap[]
  readonly overlay: Overlay
}

/** The colour bar and what the marks of this figure mean; marks of cells that do not occur are left out. */
export function legend(document: SweepDocument, { theory, maps, overlay }: LegendOptions): Legend {
  const lines = [
    lineMark('measured', LEVELS, solidLine),
    ...(theory === null ? [] : [lineMark(theory.label, LEVELS, dashedLine)]),
    ...contourLines(overlay),
  ].map((line, row) => element('g', { transform: `translate(${LINES_LEFT} ${row * LINE})` }, line))
  const cells = cellItems(document, maps, overlay).map((item, index) => itemMark(item, index))
  const height = Math.max(48, LINE * lines.length, LINE * cells.length)
  return { markup: element('g', {}, ...colourBar(), ...lines, ...cells), height }
}

function colourBar(): string[] {
  const steps = 60
  const slices = Array.from({ length: steps }, (_, step) =>
    element('rect', {
      x: (step * BAR.width) / steps,
      y: 18,
      width: BAR.width / steps + 0.5,
      height: BAR.height,
      fill: hexColour(SCALE_FLOOR ** (1 - (step + 0.5) / steps)),
    }),
  )
  const ticks = [SCALE_FLOOR, ...LEVELS, 1].map((probability, index) => {
    const anchor = probability === SCALE_FLOOR ? 'start' : probability === 1 ? 'end' : 'middle'
    const label = `${index === 0 ? '≤ ' : ''}${100 * probability}%`
    const x = scalePosition(probability) * BAR.width
    return text(label, { x, 'y': 44, 'font-size': SIZE, 'text-anchor': anchor, 'fill': INK })
  })
  const name = text('P(collapse), numbers in %', { 'x': 0, 'y': 11, 'font-size': SIZE, 'fill': FAINT_INK })
  return [name, element('g', { 'shape-rendering': 'crispEdges' }, ...slices), ...ticks]
}

/** A row: at most two levels in their strokes, then what they are levels of. */
function lineMark(name: string, levels: readonly number[], lineOf: (d: string, index: number) => string): string {
  const d = `M0,${SAMPLE.height / 2} H${SAMPLE.width}`
  const samples = levels.map((level, index) =>
    element('g', { transform: `translate(${70 * index} 0)` }, lineOf(d, index), label(`${numberText(100 * level)}%`)),
  )
  return samples.join('') + element('g', { transform: 'translate(108 0)' }, label(name))
}

/** Two levels of the fitted contours to a row. */
function contourLines({ contours = [] }: Overlay): string[] {
  const levels = [...new Set(contours.map(({ level }) => level))].toSorted((a, b) => a - b)
  const pairs = levels.flatMap((_, index) => (index % 2 === 0 ? [levels.slice(index, index + 2)] : []))
  return pairs.map((pair) => lineMark('fitted', pair, (d, index) => fittedLine(d, pair[index] ?? 0)))
}

function cellItems(document: SweepDocument, maps: readonly CellMap[], { contours = [], alarms = [] }: Overlay): Item[] {
  const box = { x: 0, y: 0, ...SAMPLE }
  const swatch = element('rect', { ...box, fill: hexColour(0.01) })
  const items = [
    {
      occurs: document.cells.some((cell) => undecidedLevels(cell).length > 0),
      sample: swatch + hatchMark(box, true),
      label: 'undecided at 1% or 10%',
    },
    { occurs: maps.some(hasHoles), sample: emptyMark(box), label: 'no data' },
    {
      occurs: document.cells.some((cell) => cell.gaps > 0),
      sample: swatch + gapMark(box, true),
      label: 'trials lost',
    },
    { occurs: contours.length > 0, sample: swatch + bandHatch(box, true), label: 'undecided by the fit' },
    { occurs: alarms.length > 0, sample: swatch + alarmMark(box), label: 'contradicts a bound' },
  ]
  return items.filter(({ occurs }) => occurs)
}

function hasHoles(map: CellMap): boolean {
  return map.columns.values.some((_, column) => map.rows.values.some((_, row) => (map.cellAt(column, row)?.trials ?? 0) === 0))
}

function itemMark(item: Item, row: number): string {
  return element('g', { transform: `translate(${CELLS_LEFT} ${row * LINE})` }, item.sample, label(item.label))
}

/** Text to the right of a sample. */
function label(content: string): string {
  return text(content, { 'x': SAMPLE.width + 8, 'y': 11, 'font-size': SIZE, 'fill': INK })
}
