import type { CurvePoint, Curves, Range } from './curves.ts'
import type { Captions } from './figure-page.ts'

/** Affine pieces at one depth: their mean, the range of the middle half of the trials, and what theory says. */
export interface PiecesAtDepth {
  readonly depth: number
  readonly mean: number | null
  readonly lower?: number | null
  readonly upper?: number | null
  /** The largest number that any network of this shape has. */
  readonly maximum?: number | null
  /** What is expected at random initialization, which grows linearly with the number of neurons. */
  readonly expected?: number | null
}

export interface PiecesOfWidth {
  readonly width: number
  /** Ascending in depth. */
  readonly depths: readonly PiecesAtDepth[]
}

/** Pieces against depth, on a logarithmic axis, since the maximum grows exponentially. */
export function piecesCurves(captions: Captions, widths: readonly PiecesOfWidth[]): Curves {
  const theory = (name: string, key: 'maximum' | 'expected') =>
    widths
      .filter(({ depths }) => depths.some((at) => typeof at[key] === 'number'))
      .map(({ width, depths }) => ({
        name,
        kind: 'theory' as const,
        group: `width ${width}`,
        points: depths.map((at) => ({ x: at.depth, y: at[key] ?? null })),
      }))
  return {
    ...captions,
    x: { label: 'depth (affine layers)', numbers: 'whole' },
    y: { label: 'affine pieces', scale: 'log' },
    curves: [
      ...widths.map(({ width, depths }) => ({
        name: `width ${width}`,
        points: depths.map(({ depth, mean }) => ({ x: depth, y: mean })),
        bands: [{ name: 'middle half', ranges: depths.map(middleHalf) }],
      })),
      ...theory('maximum', 'maximum'),
      ...theory('expected at initialization', 'expected'),
    ],
  }
}

function middleHalf({ depth, lower = null, upper = null }: PiecesAtDepth): Range {
  return { x: depth, low: lower, high: upper }
}

/** Quantiles of the training loss over trials, at one step. */
export interface LossAtStep {
  /** Updates before the loss was taken; 0 stands at the edge of the logarithmic axis. */
  readonly step: number
  readonly q05: number | null
  readonly q25: number | null
  readonly median: number | null
  readonly q75: number | null
  readonly q95: number | null
}

/** Loss against steps, both logarithmic: the median in the range of the middle half and of the middle 90%. */
export function lossCurves(captions: Captions, steps: readonly LossAtStep[]): Curves {
  const range = (low: 'q05' | 'q25', high: 'q75' | 'q95'): Range[] =>
    steps.map((at) => ({ x: at.step, low: at[low], high: at[high] }))
  return {
    ...captions,
    x: { label: 'steps', scale: 'log' },
    y: { label: 'loss', scale: 'log' },
    curves: [
      {
        name: 'median',
        points: steps.map(({ step, median }) => ({ x: step, y: median })),
        bands: [
          { name: '5% to 95%', ranges: range('q05', 'q95') },
          { name: '25% to 75%', ranges: range('q25', 'q75') },
        ],
      },
    ],
  }
}

/** The expected least error of K initializations, with its interval. */
export interface BestOfPoint {
  readonly count: number
  readonly mean: number | null
  readonly low?: number | null
  readonly high?: number | null
}

/** Each ascending in the count. */
export interface BestOf {
  readonly points: readonly BestOfPoint[]
  /** A proved lower bound. */
  readonly bound?: readonly BestOfPoint[]
  /** The error of the best constant. */
  readonly constant?: number | null
}

/**
 * E[least error] against the number K of initializations, on a logarithmic axis; where known, the lower bound that
 * follows from the probability that all of them are inactive, and the error of the best constant.
 */
export function bestOfCurves(
  captions: Captions,
  { points, bound = [], constant = null }: BestOf,
): Curves {
  const at = ({ count, mean }: BestOfPoint): CurvePoint => ({ x: count, y: mean })
  const ranges = points.map(({ count, low = null, high = null }) => ({ x: count, low, high }))
  const theory = { name: 'proved lower bound', kind: 'theory' as const, group: 'best of K', points: bound.map(at) }
  return {
    ...captions,
    x: { label: 'K, initializations of which the best is kept', scale: 'log' },
    y: { label: 'expected least error', scale: 'log' },
    curves: [
      { name: 'best of K', points: points.map(at), bands: [{ name: 'interval', ranges }] },
      ...(bound.length > 0 ? [theory] : []),
    ],
    rules: constant === null ? [] : [{ axis: 'y', value: constant, label: 'best constant' }],
  }
}
