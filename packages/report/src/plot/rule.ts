import { element, text } from '../figure/element.ts'
import { charactersIn, INK, textWidth } from '../figure/typography.ts'
import { cut, printable } from '../text.ts'

const SIZE = 11
const LINE = 14
/** Between a line and its label. */
const GAP = 6

/** A value worth a line across the frame. */
export interface PlacedRule {
  /** In pixels, along its axis. */
  readonly place: number
  readonly label: string
}

interface PlacedRules {
  readonly upright?: readonly PlacedRule[]
  readonly level?: readonly PlacedRule[]
}

interface Area {
  readonly width: number
  readonly height: number
}

interface Label {
  readonly content: string
  readonly x: number
  readonly y: number
  /** Whether it ends at x instead of beginning there. */
  readonly isLate: boolean
}

/** Upright and level lines across a frame with their labels, which keep clear of each other and of the lines. */
export function rulesMark({ upright = [], level = [] }: PlacedRules, area: Area): string {
  const lines = [
    ...upright.map(({ place }) => ruleLine({ x1: place, x2: place, y1: 0, y2: area.height })),
    ...level.map(({ place }) => ruleLine({ x1: 0, x2: area.width, y1: place, y2: place })),
  ]
  const above = uprightLabels(upright, area)
  const lowest = above.reduce((most, { y }) => Math.max(most, y), 0)
  return [...lines, ...[...above, ...levelLabels(level, area, lowest)].map(ruleText)].join('')
}

/** At the top, on the side where no other line crosses, one below the other where they would touch. */
function uprightLabels(rules: readonly PlacedRule[], { width }: Area): Label[] {
  const ends: number[] = []
  const isCrossed = (start: number, end: number): boolean => rules.some(({ place }) => place > start && place < end)
  return rules
    .toSorted((a, b) => a.place - b.place)
    .map(({ place, label }) => {
      const content = cut(printable(label), charactersIn(width / 2 - 2 * GAP, SIZE))
      const reach = GAP + textWidth(content, SIZE)
      const isFreeBefore = place - reach > 0 && !isCrossed(place - reach, place)
      const isLate = place + reach > width || (isCrossed(place, place + reach) && isFreeBefore)
      const start = isLate ? place - reach : place + GAP
      const free = ends.findIndex((end) => end + 8 < start)
      const row = free === -1 ? ends.length : free
      ends[row] = start + reach - GAP
      return { content, x: isLate ? place - GAP : place + GAP, y: 14 + row * LINE, isLate }
    })
}

/** Above their lines at the right, further up where they would touch; below those that lie among the upright labels. */
function levelLabels(rules: readonly PlacedRule[], { width }: Area, lowest: number): Label[] {
  const highest = lowest + SIZE + 2
  let last = Infinity
  let below = highest - LINE
  return rules
    .toSorted((a, b) => b.place - a.place)
    .map(({ place, label }) => {
      const content = cut(printable(label), charactersIn(width / 2, SIZE))
      last = Math.min(place - 4, last - LINE)
      if (last < highest) below = Math.max(below + LINE, place + SIZE + 2)
      return { content, x: width - 4, y: last < highest ? below : last, isLate: true }
    })
}

function ruleLine(ends: Readonly<Record<'x1' | 'x2' | 'y1' | 'y2', number>>): string {
  return element('line', { ...ends, 'stroke': INK, 'stroke-width': 1.2, 'stroke-dasharray': '2 3' })
}

function ruleText({ content, x, y, isLate }: Label): string {
  return text(content, {
    x,
    y,
    'font-size': SIZE,
    'text-anchor': isLate ? 'end' : 'start',
    'fill': INK,
    'stroke': '#ffffff',
    'stroke-width': 3,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  })
}
