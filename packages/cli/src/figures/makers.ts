import { bestOf } from './best-of.ts'
import { directions } from './directions.ts'
import type { FigureMaker } from './figure-request.ts'
import { histogram } from './histogram.ts'
import { learnedFunction } from './learned-function.ts'
import { loss } from './loss.ts'
import { collapse, hazard, pieces } from './map-curves.ts'

/** Every figure of a sweep, by the name after --of, with what it shows. */
export const FIGURE_MAKERS = {
  collapse: { make: collapse, shows: 'P(collapse) against depth' },
  hazard: { make: hazard, shows: '-ln(1 - P) against depth' },
  pieces: { make: pieces, shows: 'affine pieces against depth' },
  loss: { make: loss, shows: 'quantiles of the loss in training' },
  'best-of': { make: bestOf, shows: 'the error of the best of K trainings' },
  histogram: { make: histogram, shows: 'loss, pieces or a measured number over the trials of a cell' },
  directions: { make: directions, shows: 'where the units of the first layer turn' },
  function: { make: learnedFunction, shows: 'what one trial learned' },
} as const satisfies Readonly<Record<string, { readonly make: FigureMaker; readonly shows: string }>>

export type FigureMakerName = keyof typeof FIGURE_MAKERS

export const FIGURE_MAKER_NAMES = Object.keys(FIGURE_MAKERS) as readonly FigureMakerName[]
