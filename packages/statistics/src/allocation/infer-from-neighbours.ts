import type { Monotony } from '../surface/axis.ts'
import type { LevelVerdict } from './verdicts.ts'

export interface Place {
  readonly x: number
  readonly y: number
}

const BELOW: LevelVerdict = { verdict: 'below', basis: 'neighbours' }
const ABOVE: LevelVerdict = { verdict: 'above', basis: 'neighbours' }

/**
 * Fills in verdicts on one level, [cell], by monotony: a cell is below if one that is at least as likely to collapse
 * is below by its own interval, and above likewise. Where both would follow, the assumption is wrong there, and the
 * cell stays undecided. O(cells log).
 */
export function inferFromNeighbours(
  verdicts: readonly LevelVerdict[],
  places: readonly Place[],
  monotony: Monotony,
): readonly LevelVerdict[] {
  const below = dominated(verdicts, places, { monotony, side: 'below' })
  const above = dominated(verdicts, places, { monotony, side: 'above' })
  return verdicts.map((own, cell) => {
    if (own.verdict !== 'undecided' || below[cell] === above[cell]) return own
    return below[cell] === true ? BELOW : ABOVE
  })
}

interface Inference {
  readonly monotony: Monotony
  readonly side: 'below' | 'above'
}

/** [cell]: whether some cell that is decided to be on `side` lies further on, towards the other side, in both axes. */
function dominated(
  verdicts: readonly LevelVerdict[],
  places: readonly Place[],
  { monotony, side }: Inference,
): readonly boolean[] {
  const towards = side === 'below' ? 1 : -1
  const u = places.map(({ x }) => towards * (monotony.x === 'increasing' ? x : -x))
  const v = places.map(({ y }) => towards * (monotony.y === 'increasing' ? y : -y))
  const isOnSide = verdicts.map(({ verdict }) => verdict === side)
  const furthestFirst = [...places.keys()].toSorted((a, b) => {
    return (v[b] ?? 0) - (v[a] ?? 0) || (u[b] ?? 0) - (u[a] ?? 0) || Number(isOnSide[b]) - Number(isOnSide[a])
  })
  const found = places.map(() => false)
  let furthest = -Infinity
  for (const cell of furthestFirst) {
    if (isOnSide[cell] === true) furthest = Math.max(furthest, u[cell] ?? 0)
    found[cell] = (u[cell] ?? 0) <= furthest
  }
  return found
}
