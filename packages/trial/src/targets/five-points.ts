import { scalarTarget } from './target.ts'
import type { Target } from './target.ts'

/** At x = -1, -1/2, 0, 1/2, 1. */
const VALUES = [0.4, -0.3, 0.5, -0.2, 0.6] as const
const SPACING = 0.5

/**
 * The polygon through (-1, 0.4), (-0.5, -0.3), (0, 0.5), (0.5, -0.2), (1, 0.6), its first and last pieces continued. A
 * grid of 5 points, the default, is these five exactly; any other number of points samples the polygon. The setting is
 * that of the interpolation experiment of Maennel et al., whose own points were not published: these are ours.
 * On [-1.25, 1.25] the mean is 0.59375 / 2.5; between -0.2 and 0.4 the share below c is (2 c + 0.5) (75 / 56) / 2.5,
 * hence the median 13 / 60.
 * @source H. Maennel, O. Bousquet, S. Gelly, "Gradient descent quantizes ReLU network features" (2018),
 *   arXiv:1803.08367
 */
export const fivePoints: Target = {
  ...scalarTarget(polygon, 0.2375, [13 / 60, 13 / 60]),
  domain: [-1.25, 1.25],
  points: VALUES.length,
}

/** Measured from the point on the left, so that the value at each of the five is exact. */
function polygon(x: number): number {
  const left = Math.min(Math.max(Math.floor((x + 1) / SPACING), 0), VALUES.length - 1)
  const piece = Math.min(left, VALUES.length - 2)
  const rise = (VALUES[piece + 1] ?? NaN) - (VALUES[piece] ?? NaN)
  return (VALUES[left] ?? NaN) + rise * ((x - (left * SPACING - 1)) / SPACING)
}
