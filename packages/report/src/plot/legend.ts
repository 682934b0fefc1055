import type { Caption } from '../figure/captions.ts'
import { element, text } from '../figure/element.ts'
import { charactersIn, INK, textWidth } from '../figure/typography.ts'
import { cut, printable } from '../text.ts'

const SIZE = 11
const LINE = 20
const SPACE = 24
/** Of the sample beside a label, in pixels. */
export const SAMPLE = { width: 28, height: 14 }

/** What a mark means. */
export interface LegendItem {
  /** The mark in a box of the size SAMPLE. */
  readonly sample: string
  readonly label: string
}

/** Items side by side, broken into lines; labels that would not fit into one are cut. */
export function legendRows(items: readonly LegendItem[], width: number): Caption {
  const most = charactersIn(width - SAMPLE.width - 8, SIZE)
  let [x, row] = [0, 0]
  const placed = items.map(({ sample, label }) => {
    const content = cut(printable(label), most)
    const length = SAMPLE.width + 8 + textWidth(content, SIZE)
    if (x > 0 && x + length > width) [x, row] = [0, row + 1]
    const markup = element(
      'g',
      { transform: `translate(${Math.round(x)} ${row * LINE})` },
      sample,
      text(content, { 'x': SAMPLE.width + 8, 'y': 11, 'font-size': SIZE, 'fill': INK }),
    )
    x += length + SPACE
    return markup
  })
  return { markup: placed.join(''), height: items.length === 0 ? 0 : (row + 1) * LINE - 6 }
}
