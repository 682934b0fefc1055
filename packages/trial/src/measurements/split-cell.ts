/** A convex polygon on which everything is affine. */
export interface PlaneCell {
  /** Numbers of its vertices, counterclockwise; some may lie on a straight side. */
  readonly vertices: readonly number[]
  /** Row of its gradients. */
  readonly origin: number
}

/** What a unit does to the vertices around a cell. */
export interface Cut {
  /** -1, 0 or 1 at the vertices that were there before it, [vertex]; those it adds have 0. */
  readonly signs: Int8Array
  /** The vertex at which the unit is 0 between two vertices of opposite signs; the same for both cells that have the edge. */
  cutEdge(a: number, b: number): number
}

/**
 * The parts of a cell in which a unit keeps its sign: the cell itself, or two parts with a common edge. Vertices of 0 belong to either part.
 * An affine unit changes its sign twice around a convex cell; where rounding makes more of it, in a cell hardly larger than rounding
 * errors, the cell stays whole.
 */
export function splitCell(cell: PlaneCell, cut: Cut): PlaneCell[] {
  if (!isCut(cell, cut)) return [cell]
  const { vertices, origin } = cell
  const ring = vertices.flatMap((a, i) => {
    const b = vertices[(i + 1) % vertices.length] as number
    return signAt(cut, a) * signAt(cut, b) < 0 ? [a, cut.cutEdge(a, b)] : [a]
  })
  const signs = ring.map((vertex) => signAt(cut, vertex))
  const starts = ring.map((_, i) => i).filter((i) => signs[i] === 1 && previousSign(signs, i) === -1)
  const start = starts[0]
  if (start === undefined || starts.length > 1) return [{ vertices: ring, origin }]
  const turned = [...ring.slice(start), ...ring.slice(0, start)]
  const last = lastPositive([...signs.slice(start), ...signs.slice(0, start)])
  const end = turned.at(-1) as number
  return [
    { vertices: [end, ...turned.slice(0, last + 2)], origin },
    { vertices: turned.slice(last + 1), origin },
  ]
}

/** Whether the unit has both signs at the cell's vertices. */
export function isCut({ vertices }: PlaneCell, cut: Cut): boolean {
  let isPositive = false
  let isNegative = false
  for (const vertex of vertices) {
    const sign = signAt(cut, vertex)
    isPositive ||= sign > 0
    isNegative ||= sign < 0
  }
  return isPositive && isNegative
}

function signAt({ signs }: Cut, vertex: number): number {
  return signs[vertex] ?? 0
}

/** The sign before place `i` of a ring, zeros left out. */
function previousSign(signs: readonly number[], i: number): number {
  for (let step = 1; step < signs.length; step++) {
    const sign = signs[(i - step + signs.length) % signs.length] as number
    if (sign !== 0) return sign
  }
  return 0
}

/** The last place of 1 before a place of -1. */
function lastPositive(signs: readonly number[]): number {
  return signs.lastIndexOf(1, signs.indexOf(-1))
}
