import { dotsMark } from '../plot/dots.ts'
import { frame, noData, plotOf } from '../plot/frame.ts'
import type { Plot } from '../plot/frame.ts'
import { rulesMark } from '../plot/rule.ts'
import type { Axis } from '../plot/scale.ts'
import { stepMark } from '../plot/step.ts'
import type { Bar } from '../plot/step.ts'
import { SERIES_COLOURS } from '../plot/style.ts'
import { countText } from '../percent.ts'
import { numberText } from '../axis-labels.ts'
import { figurePage } from './figure-page.ts'
import type { Captions } from './figure-page.ts'

/** Counts of a measurement between bin bounds. */
export interface Histogram extends Captions {
  /** What was measured. */
  readonly x: Axis
  /** [bin + 1], ascending; the first and the last may be infinite. */
  readonly bounds: readonly number[]
  /** [bin] */
  readonly counts: readonly number[]
  /** Values worth a line: a median with the bounds of its bin in its label, a bound of the theory. */
  readonly rules?: readonly { readonly value: number; readonly label: string }[]
}

const COLOUR = SERIES_COLOURS[2]

/**
 * The figure as a self-contained SVG document; a note tells the number of trials and how wide the bins are. What
 * lies in a bin without an end, or at or below 0 on a logarithmic axis, stands at the edge with a mark.
 * @throws RangeError where bounds and counts do not fit together, bounds do not ascend, or a count is no count.
 */
export function histogramOf(histogram: Histogram): string {
  check(histogram)
  const { bounds, counts, rules = [] } = histogram
  const used = bounds.filter((_, index) => (counts[index] ?? 0) > 0 || (counts[index - 1] ?? 0) > 0)
  const plot = plotOf({
    axes: { x: histogram.x, y: { label: 'trials', from: 0, to: 1.06 * counts.reduce((a, b) => Math.max(a, b), 1), numbers: 'whole' } },
    values: { x: [...used, ...rules.map(({ value }) => value)], y: counts },
    height: 300,
  })
  const foot = plot.height
  const total = counts.reduce((sum, count) => sum + count, 0)
  const placed = rules.flatMap(({ value, label }) => {
    const place = plot.x.place(value)
    return place === null ? [] : [{ place, label }]
  })
  const marks = [
    stepMark(barsOf(plot, histogram), foot, COLOUR),
    rulesMark({ upright: placed }, plot),
    openMarks(plot, histogram),
    total === 0 ? noData(plot) : '',
  ]
  return figurePage(histogram, [frame(plot, marks.join(''))], notesOf(histogram, total))
}

function check({ bounds, counts }: Histogram): void {
  if (bounds.length !== counts.length + 1) {
    throw new RangeError(`invalid histogram: ${bounds.length} bounds for ${counts.length} counts (accepted: one more)`)
  }
  const disorder = bounds.findIndex((bound, index) => Number.isNaN(bound) || bound <= (bounds[index - 1] ?? -Infinity) && index > 0)
  if (disorder !== -1) throw new RangeError(`invalid bound: ${bounds[disorder]} (accepted: ascending numbers)`)
  const wrong = counts.find((count) => !Number.isInteger(count) || count < 0)
  if (wrong !== undefined) throw new RangeError(`invalid count: ${wrong} (accepted: whole numbers from 0)`)
}

/** A bin without an end reaches to the edge of the frame. */
function barsOf({ x, y, width }: Plot, { bounds, counts }: Histogram): Bar[] {
  return counts.flatMap((count, bin) => {
    if (count === 0) return []
    const [left, right] = [x.place(bounds[bin] ?? Number.NaN) ?? 0, x.place(bounds[bin + 1] ?? Number.NaN) ?? width]
    return [{ left, right, top: y.place(count) ?? 0 }]
  })
}

/** A hollow triangle on the foot of each end at which a bin is open, or cut off by a logarithmic axis. */
function openMarks({ x, width, height }: Plot, { bounds, counts }: Histogram): string {
  const first = counts.findIndex((count) => count > 0)
  const last = counts.findLastIndex((count) => count > 0)
  const isOpen = (bound = 0): boolean => !Number.isFinite(bound) || x.isPinned(bound)
  const places = first === -1 ? [] : [...(isOpen(bounds[first]) ? [0] : []), ...(isOpen(bounds[last + 1]) ? [width] : [])]
  return dotsMark(places.map((place) => [place, height] as const), { colour: COLOUR, shape: 'diamond', hollow: true })
}

function notesOf({ bounds, counts, x }: Histogram, total: number): string[] {
  if (total === 0) return []
  const filled = counts.flatMap((count, bin) => (count > 0 ? [[bounds[bin] ?? 0, bounds[bin + 1] ?? 0] as const] : []))
  const finite = filled.filter(([low, high]) => Number.isFinite(low) && Number.isFinite(high) && (x.scale !== 'log' || low > 0))
  const widths = finite.map(([low, high]) => (x.scale === 'log' ? high / low - 1 : high - low))
  const widest = widths.reduce((a, b) => Math.max(a, b), 0)
  const width = x.scale === 'log' ? `at most ${numberText(100 * widest)}% wide` : `at most ${numberText(widest)} wide`
  const open = filled.length - finite.length
  return [
    `${countText(total)} trials; bins ${width}.`,
    ...(open > 0 ? ['Hollow: the last bin on that side has no end that the axis could show.'] : []),
  ]
}
