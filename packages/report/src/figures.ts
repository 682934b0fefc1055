import { curvesOf } from './figures/curves.ts'
import type { Curves } from './figures/curves.ts'
import { directionsOf } from './figures/directions.ts'
import type { Directions } from './figures/directions.ts'
import { histogramOf } from './figures/histogram.ts'
import type { Histogram } from './figures/histogram.ts'
import { learnedFunctionOf } from './figures/learned-function.ts'
import type { LearnedFunction } from './figures/learned-function.ts'
import { verdictsOf } from './figures/verdicts.ts'
import type { Verdicts } from './figures/verdicts.ts'
import { drawn } from './png.ts'

/** What each figure is drawn from: plain data, with everything that it says in words. */
export interface FigureData {
  readonly curves: Curves
  readonly directions: Directions
  readonly function: LearnedFunction
  readonly histogram: Histogram
  readonly verdicts: Verdicts
}

export type FigureName = keyof FigureData

/** Every figure, by name: a pure function of its data to a self-contained SVG document. */
export const FIGURES: { readonly [Name in FigureName]: (data: FigureData[Name]) => string } = {
  curves: curvesOf,
  directions: directionsOf,
  function: learnedFunctionOf,
  histogram: histogramOf,
  verdicts: verdictsOf,
}

/** A way to hand out a figure once it is drawn. */
export interface PictureFormat {
  readonly mediaType: string
  /** Of a file, without the dot. */
  readonly extension: string
  /** @param svg what a figure has given */
  render(svg: string): string | Promise<Uint8Array>
}

/** Every format of a figure. */
export const PICTURE_FORMATS: Readonly<Record<'svg' | 'png', PictureFormat>> = {
  svg: { mediaType: 'image/svg+xml', extension: 'svg', render: (svg) => svg },
  png: { mediaType: 'image/png', extension: 'png', render: drawn },
}
