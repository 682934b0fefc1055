import type { UncertainNumber } from './number.ts'

/** A point of a line that is to be fitted, with the variance of y. */
export interface LinePoint {
  readonly x: number
  readonly y: number
  readonly variance: number
}

/** The weighted least-squares slope; its error grows with the misfit where the points scatter more than their variances say. */
export function slopeOf(points: readonly LinePoint[], trials: number): UncertainNumber {
  const weighted = points.filter(({ variance, y }) => variance > 0 && Number.isFinite(variance) && Number.isFinite(y))
  const total = sum(weighted, () => 1)
  const meanX = sum(weighted, ({ x }) => x) / total
  const meanY = sum(weighted, ({ y }) => y) / total
  const spread = sum(weighted, ({ x }) => (x - meanX) ** 2)
  const value = sum(weighted, ({ x, y }) => (x - meanX) * (y - meanY)) / spread
  const misfit = sum(weighted, ({ x, y }) => (y - meanY - value * (x - meanX)) ** 2) / Math.max(1, weighted.length - 2)
  return { value, standardError: Math.sqrt(Math.max(1, misfit) / spread), trials }
}

function sum(points: readonly LinePoint[], term: (point: LinePoint) => number): number {
  return points.reduce((total, point) => total + term(point) / point.variance, 0)
}

/** -ln(1 - k/n) with its variance by the delta method: the hazard of a share that is below 1. */
export function hazardOf(successes: number, trials: number): { readonly y: number; readonly variance: number } {
  const alive = trials - successes
  return { y: -Math.log(alive / trials), variance: successes / (alive * trials) }
}
