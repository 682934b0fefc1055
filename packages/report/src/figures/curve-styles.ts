import { MOST_SERIES, seriesStyle, theoryDashes } from '../plot/style.ts'
import type { SeriesStyle } from '../plot/style.ts'
import type { LineStyle } from '../plot/line.ts'
import type { Curve, Curves } from './curves.ts'

/** Beyond this many points a curve is a line without dots. */
export const MOST_DOTS = 60
/** Of the outermost band; each one inside lies on top and so is darker. */
export const BAND_OPACITY = 0.16

/** Of an area behind the curves. */
export const AREA_STYLE = { opacity: 0.1, dashes: '2 3' }

/** How each group looks. */
export type GroupStyles = ReadonlyMap<string, SeriesStyle>

function groupOf({ group, name }: Curve): string {
  return group ?? name
}

/** @throws RangeError for more groups than colours and shapes tell apart. */
export function stylesOf({ curves }: Curves): GroupStyles {
  const groups = [...new Set(curves.map(groupOf))]
  if (groups.length > MOST_SERIES) {
    throw new RangeError(`invalid curves: ${groups.length} groups (accepted: at most ${MOST_SERIES}, to be told apart)`)
  }
  return new Map(groups.map((group, index) => [group, seriesStyle(index)]))
}

export function styleOf(styles: GroupStyles, curve: Curve): SeriesStyle {
  return styles.get(groupOf(curve)) ?? seriesStyle(0)
}

/** Thin beside a theory, whose dashes are wider and so stay visible on it. */
export function measuredLine({ curves }: Curves, colour: string): LineStyle {
  return curves.some(({ kind }) => kind === 'theory') ? { colour, width: 1.1 } : { colour }
}

/** Theories of one name share their dashes. */
export function theoryLine({ curves }: Curves, name: string, colour: string): LineStyle {
  const names = [...new Set(curves.filter(({ kind }) => kind === 'theory').map((curve) => curve.name))]
  return { colour, width: 2.2, dashes: theoryDashes(names.indexOf(name)), hasRim: false }
}
