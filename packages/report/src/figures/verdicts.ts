import type { Caption } from '../figure/captions.ts'
import { element, text } from '../figure/element.ts'
import { charactersIn, FAINT_INK, INK, textWidth } from '../figure/typography.ts'
import { CONTENT_WIDTH } from '../plot/frame.ts'
import { dotsMark } from '../plot/dots.ts'
import { legendRows, SAMPLE } from '../plot/legend.ts'
import { scaleOf } from '../plot/scale.ts'
import type { Scale } from '../plot/scale.ts'
import { SERIES_COLOURS } from '../plot/style.ts'
import { whiskersMark } from '../plot/whiskers.ts'
import { cut, printable, wrap } from '../text.ts'
import { figurePage } from './figure-page.ts'
import type { Captions } from './figure-page.ts'
import { acceptText, measuredText, publishedText } from './verdict-table.ts'
import type { Quantity, VerdictRow } from './verdict-table.ts'

/** What has been published, what was measured, and whether they agree. */
export interface Verdicts extends Captions {
  readonly rows: readonly VerdictRow[]
  /** What ours is held against, where it is not all published; default `published`. */
  readonly against?: string
}

const SIZE = 11
const SMALL = 9
const ROW = 46
const HEAD = 24
/** Left edges of the columns in pixels; the strip is between the name and the numbers. */
const COLUMNS = { strip: 196, published: 402, ours: 534, verdict: 668 }
const STRIP_WIDTH = 184
const [OURS, , PUBLISHED] = SERIES_COLOURS
const ACCEPTED = '#dcdcdc'

/**
 * A strip for each row, each on a scale of its own: the accepted range in grey, what was published as a diamond,
 * what was measured as a dot, both with their intervals; the numbers and the verdict beside it.
 */
export function verdictsOf(verdicts: Verdicts): string {
  const { against = 'published' } = verdicts
  const hasAccepted = verdicts.rows.some(({ accept = null }) => accept !== null)
  const heads = [
    headText('', 0),
    headText(hasAccepted ? 'accepted range in grey' : '', COLUMNS.strip),
    headText(against, COLUMNS.published),
    headText('ours', COLUMNS.ours),
    headText('verdict', COLUMNS.verdict),
  ]
  const rows = verdicts.rows.map((row, index) => element('g', { transform: `translate(0 ${HEAD + index * ROW})` }, rowMark(row)))
  const nothing = text('no data', { 'x': 0, 'y': HEAD + 20, 'font-size': 14, 'fill': FAINT_INK })
  const markup = [...heads, ...(rows.length === 0 ? [nothing] : rows)].join('')
  return figurePage(verdicts, [{ markup, height: HEAD + Math.max(1, rows.length) * ROW }, legendOf(against, hasAccepted)])
}

function headText(content: string, x: number): string {
  return text(content, { x, 'y': 11, 'font-size': SIZE, 'fill': FAINT_INK })
}

function rowMark(row: VerdictRow): string {
  const line = element('line', { x1: 0, x2: CONTENT_WIDTH, y1: 0, y2: 0, stroke: '#e4e4e4' })
  return [
    line,
    paragraph(row.name, { x: 0, width: COLUMNS.strip - 12, lines: 3 }),
    element('g', { transform: `translate(${COLUMNS.strip} 0)` }, stripMark(row)),
    paragraph(publishedText(row), { x: COLUMNS.published, width: COLUMNS.ours - COLUMNS.published - 8, lines: 3 }),
    paragraph(measuredText(row), { x: COLUMNS.ours, width: COLUMNS.verdict - COLUMNS.ours - 8, lines: 3 }),
    verdictMark(row),
  ].join('')
}

interface ParagraphPlace {
  readonly x: number
  readonly width: number
  /** At most; the last of them is cut. */
  readonly lines: number
}

function paragraph(content: string, { x, width, lines }: ParagraphPlace): string {
  const room = charactersIn(width, SIZE)
  const broken = wrap(printable(content), room)
  const shown = broken.slice(0, lines).map((line, index) => (index === lines - 1 && broken.length > lines ? cut(`${line} …`, room) : line))
  const first = 26 - ((shown.length - 1) * 13) / 2
  return shown.map((line, index) => text(line, { x, 'y': first + index * 13, 'font-size': SIZE, 'fill': INK })).join('')
}

function stripMark(row: VerdictRow): string {
  const { published, measured, accept = null } = row
  const quantities = [typeof published === 'string' ? null : published, measured].filter((quantity) => quantity !== null)
  const values = [...quantities.flatMap(({ value, low, high }) => [value, low ?? null, high ?? null]), ...(accept ?? [])]
  if (!values.some((value) => value !== null && Number.isFinite(value))) return ''
  const scale = scaleOf({ label: row.name }, { values, range: [4, STRIP_WIDTH - 4], count: 3 })
  const axis = element('line', { x1: 0, x2: STRIP_WIDTH, y1: 22, y2: 22, stroke: '#8c8c8c' })
  const isNumber = typeof published !== 'string' && published !== null
  const publishedMark = isNumber ? quantityMark(published, scale, { y: 14, isOurs: false }) : ''
  const measuredMark = measured === null ? '' : quantityMark(measured, scale, { y: 28, isOurs: true })
  return acceptMark(row, scale) + axis + publishedMark + measuredMark
}

/** The range in grey, itself in small type below; an end that is not finite reaches to the edge. */
function acceptMark(row: VerdictRow, scale: Scale): string {
  const { accept = null } = row
  if (accept === null) return ''
  const [left, right] = [scale.place(accept[0]) ?? 0, scale.place(accept[1]) ?? STRIP_WIDTH]
  const area = element('rect', { x: left, y: 6, width: Math.max(1, right - left), height: 30, fill: ACCEPTED })
  const ends = acceptText(row)
  const half = textWidth(ends, SMALL) / 2
  const x = Math.min(STRIP_WIDTH - half, Math.max(half, (left + right) / 2))
  return area + text(ends, { x, 'y': 44, 'font-size': SMALL, 'text-anchor': 'middle', 'fill': FAINT_INK })
}

function quantityMark({ value, low, high }: Quantity, scale: Scale, { y, isOurs }: { y: number; isOurs: boolean }): string {
  const place = scale.place(value)
  if (place === null) return ''
  const [left, right] = [scale.place(low ?? value) ?? place, scale.place(high ?? value) ?? place]
  const colour = isOurs ? OURS : PUBLISHED
  const whiskers = left === right ? '' : whiskersMark([{ x: y, low: left, high: right }], colour, true)
  return whiskers + dotsMark([[place, y]], { colour, shape: isOurs ? 'circle' : 'diamond' })
}

/** The word, and a sign that does not need colour: a filled, a crossed, an empty box. */
function verdictMark({ verdict }: VerdictRow): string {
  const box = { x: COLUMNS.verdict, y: 17, width: 10, height: 10, stroke: INK, fill: verdict === 'pass' ? INK : '#ffffff' }
  const cross = `M${COLUMNS.verdict},17l10,10m0,-10l-10,10`
  const sign = element('rect', box) + (verdict === 'fail' ? element('path', { 'd': cross, 'stroke': INK, 'stroke-width': 1.6 }) : '')
  const weight = verdict === 'fail' ? 'bold' : 'normal'
  const small = { 'font-size': verdict === 'undecided' ? 9.5 : SIZE, 'font-weight': weight, 'fill': INK }
  return sign + text(verdict, { x: COLUMNS.verdict + 15, y: 26, ...small })
}

function legendOf(against: string, hasAccepted: boolean): Caption {
  const middle = SAMPLE.height / 2
  const area = element('rect', { x: 0, y: 0, ...SAMPLE, fill: ACCEPTED })
  return legendRows(
    [
      ...(hasAccepted ? [{ label: 'accepted', sample: area }] : []),
      { label: against, sample: dotsMark([[SAMPLE.width / 2, middle]], { colour: PUBLISHED, shape: 'diamond' }) },
      { label: 'ours, with interval', sample: dotsMark([[SAMPLE.width / 2, middle]], { colour: OURS, shape: 'circle' }) },
    ],
    CONTENT_WIDTH,
  )
}
