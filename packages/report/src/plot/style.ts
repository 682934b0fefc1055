import { INK } from '../figure/typography.ts'

/**
 * Colours of series, in the order of their use. Each has a contrast of at least 3 on white (WCAG 2.1, 1.4.11) and
 * a luminance of its own, so that a print in grey keeps them apart.
 */
export const SERIES_COLOURS = [INK, '#b73779', '#1f4e9c', '#d9702b', '#51127c', '#12879a'] as const

export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'wedge'] as const
export type Shape = (typeof SHAPES)[number]

/** Six colours and five shapes come together anew only after as many series. */
export const MOST_SERIES = SERIES_COLOURS.length * SHAPES.length

/** How a series looks. */
export interface SeriesStyle {
  readonly colour: string
  readonly shape: Shape
}

export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: SERIES_COLOURS[index % SERIES_COLOURS.length] ?? INK,
    shape: SHAPES[index % SHAPES.length] ?? 'circle',
  }
}

/** Dashes of what is predicted; further predictions of one figure take the others. */
export const THEORY_DASHES = '7 4'
const FURTHER_DASHES = ['2 3', '11 3 2 3', '4 2']

export function theoryDashes(index: number): string {
  return index === 0 ? THEORY_DASHES : (FURTHER_DASHES[(index - 1) % FURTHER_DASHES.length] ?? THEORY_DASHES)
}

/** A point of a figure in pixels. */
export type Pixel = readonly [x: number, y: number]

/** A coordinate as it stands in path data. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100)
}
