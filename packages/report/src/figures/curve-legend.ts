import type { Caption } from '../figure/captions.ts'
import { INK } from '../figure/typography.ts'
import { bandMark } from '../plot/band.ts'
import type { Span } from '../plot/band.ts'
import { dotsMark } from '../plot/dots.ts'
import { CONTENT_WIDTH } from '../plot/frame.ts'
import { legendRows, SAMPLE } from '../plot/legend.ts'
import type { LegendItem } from '../plot/legend.ts'
import { lineMark } from '../plot/line.ts'
import type { Pixel } from '../plot/style.ts'
import { AREA_STYLE, BAND_OPACITY, measuredLine, MOST_DOTS, styleOf, theoryLine } from './curve-styles.ts'
import type { GroupStyles } from './curve-styles.ts'
import type { Curve, Curves } from './curves.ts'

/** Measured curves, then bands, theories and areas; a name that several share stands once, in dark grey. */
export function curveLegend(figure: Curves, styles: GroupStyles): Caption {
  const { curves, areas = [] } = figure
  const middle: readonly Pixel[] = [[0, SAMPLE.height / 2], [SAMPLE.width, SAMPLE.height / 2]]
  const samples = curves.map((curve) => {
    const style = styleOf(styles, curve)
    const dot: readonly Pixel[] = curve.points.length <= MOST_DOTS ? [[SAMPLE.width / 2, SAMPLE.height / 2]] : []
    return { label: curve.name, colour: style.colour, isTheory: curve.kind === 'theory', shape: style.shape, dot }
  })
  const measured = samples.filter(({ isTheory }) => !isTheory)
  const theories = onceEach(samples.filter(({ isTheory }) => isTheory))
  return legendRows(
    [
      ...measured.map(({ label, colour, shape, dot }) => {
        const line = lineMark(middle, measuredLine(figure, colour))
        return { label, sample: line + dotsMark(dot, { colour, shape }) }
      }),
      ...bandItems(curves, styles),
      ...theories.map(({ label, colour }) => ({ label, sample: lineMark(middle, theoryLine(figure, label, colour)) })),
      ...onceEach(areas.map(({ name, group = '' }) => ({ label: name, colour: styles.get(group)?.colour ?? INK }))).map(
        ({ label, colour }) => ({ label, sample: bandMark(sampleSpans, { colour, ...AREA_STYLE }) }),
      ),
    ],
    CONTENT_WIDTH,
  )
}

const sampleSpans: readonly Span[] = [{ x: 0, low: SAMPLE.height, high: 0 }, { x: SAMPLE.width, low: SAMPLE.height, high: 0 }]

/** An inner band is shown as it looks: on top of those around it. */
function bandItems(curves: readonly Curve[], styles: GroupStyles): LegendItem[] {
  const items = curves.flatMap((curve) =>
    (curve.bands ?? []).map(({ name }, depth) => ({ label: name, colour: styleOf(styles, curve).colour, depth })),
  )
  return onceEach(items).map(({ label, colour, depth }) => ({
    label,
    sample: bandMark(sampleSpans, { colour, opacity: BAND_OPACITY }).repeat(depth + 1),
  }))
}

/** The first of each label; in dark grey where they differ in colour. */
function onceEach<Item extends { readonly label: string; readonly colour: string }>(items: readonly Item[]): Item[] {
  const firsts = items.filter((item, index) => items.findIndex(({ label }) => label === item.label) === index)
  return firsts.map((item) => {
    const isShared = items.some(({ label, colour }) => label === item.label && colour !== item.colour)
    return isShared ? { ...item, colour: INK } : item
  })
}
