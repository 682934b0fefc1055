import { bestOfCurves } from '@collapsar/report'
import type { BestOfPoint } from '@collapsar/report'
import { cellBestOf } from '@collapsar/sweep'
import type { BestOfCell } from '@collapsar/sweep'
import { captionsOf, refusal, requestedCell } from './figure-request.ts'
import type { FigureContent, FigureRequest, RequestedCell } from './figure-request.ts'

/** Fewer trials than this answer for no K. */
const FEWEST_TRIALS = 3

/** Expected error of the best of K trainings, with its band. */
export async function bestOf(request: FigureRequest): Promise<FigureContent> {
  const cell = requestedCell(request)
  const { trials } = cell.document
  if (trials < FEWEST_TRIALS) throw refusal(`best-of needs at least ${FEWEST_TRIALS} trials; this cell has ${trials}`)
  const answer = await cellBestOf(request.store, cell.counts, {})
  const points = answer.points.map(({ starts, expected, low, high }) => ({ count: starts, mean: expected, low, high }))
  const captions = { ...captionsOf(request, [cell.document], 'best of K'), notes: notesOf(answer) }
  const curves = bestOfCurves(captions, { points, bound: provedBound(cell, answer), constant: answer.clippedAt })
  const from = lowestShown(answer)
  return { mark: 'curves', data: from === null ? curves : { ...curves, y: { ...curves.y, from } } }
}

/** Below this share of the least mean the foot of a band says only how good one trial was. */
const BAND_SHARE = 0.03

/** Where the axis is cut; null where all of the band is shown. */
function lowestShown({ points }: BestOfCell): number | null {
  const from = BAND_SHARE * Math.min(...points.map(({ expected }) => expected))
  return from > 0 && points.some(({ low }) => low < from) ? from : null
}

function notesOf(answer: BestOfCell): string[] {
  const { clipped, level, mostStarts, resamples, scoredBy, trials } = answer
  const lowest = Math.min(...answer.points.map(({ low }) => low))
  const judged = scoredBy === 'loss' ? 'judged by its training loss' : 'judged by its error on the test points'
  return [
    `${trials} trials, K up to a third of them, ${mostStarts}; the training of the least loss is kept and ${judged}.`,
    `Interval: bootstrap over trials (${resamples} resamples), ${100 * level}% at each K by itself.`,
    ...(lowestShown(answer) === null ? [] : [`Where the band leaves the axis at its foot it reaches down to ${lowest.toExponential(1)}.`]),
    ...(clipped === 0 ? [] : [`${clipped} trials were worse than the best constant and count as that.`]),
  ]
}

/** Of the least mean shown: below this share a bound says nothing and would only stretch the axis. */
const LEAST_SHARE = 0.3

/**
 * With probability p^K all K networks have a layer that nothing revives and are constants, whose loss is at least that of the best one
 * (Cheridito, Jentzen, Rossmannek 2021, arXiv:2006.07075). Noise revives, and on test points another constant may be better.
 */
function provedBound({ counts: { spec }, document: { theory } }: RequestedCell, { clippedAt, points, scoredBy }: BestOfCell): BestOfPoint[] {
  const p = theory.inactive
  if (p === null || spec.training.noise !== undefined || scoredBy !== 'loss') return []
  const least = LEAST_SHARE * Math.min(...points.map(({ expected }) => expected))
  return points.map(({ starts }) => ({ count: starts, mean: clippedAt * p ** starts })).filter(({ mean }) => mean >= least)
}
