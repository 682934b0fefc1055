/** One axis of a surface: what it is called and on which scale the probability is smooth along it. */
export interface Axis {
  readonly name: string
  /** The coordinate of a value in the fit; null where the value is left out of the fit. */
  readonly scale: (value: number) => number | null
}

/** ln(L - 1), in which large-depth theory is linear. Depth 2 is left out: no network of it is born dead. */
export const DEPTH_AXIS: Axis = { name: 'depth', scale: (depth) => (depth > 2 ? Math.log(depth - 1) : null) }

export const WIDTH_AXIS: Axis = { name: 'width', scale: (width) => width }

/** An axis with equal steps of equal weight. */
export function linearAxis(name: string): Axis {
  return { name, scale: (value) => value }
}

/** An axis of scales or rates: equal ratios weigh the same. Values that are not positive are left out of the fit. */
export function logAxis(name: string): Axis {
  return { name, scale: (value) => (value > 0 ? Math.log(value) : null) }
}

/** How the probability is taken to change along an axis where monotony is asked for. */
export type Direction = 'increasing' | 'decreasing'

/** Monotony in both axes: an assumption, for instance that collapse grows with depth and falls with width. */
export interface Monotony {
  readonly x: Direction
  readonly y: Direction
}
