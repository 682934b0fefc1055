import { checkCount, checkCounts, checkProbability } from '../counts.ts'

/** What was counted in one cell of a surface, and what theory says of it. */
export interface SurfaceCell {
  /** Its value on the first axis, such as depth. */
  readonly x: number
  /** Its value on the second axis, such as width. */
  readonly y: number
  /** Trials whose outcome is known. */
  readonly trials: number
  /** Trials that collapsed, the born dead among them. */
  readonly collapsed: number
  readonly bornDead: number
  /** Trials whose outcome is lost; none unless said. */
  readonly gaps?: number
  /** The probability of being born dead, where theory knows it. */
  readonly theory: BornDeadValue | null
}

export interface BornDeadValue {
  readonly estimate: number
  /** 0 where the value is exact. */
  readonly standardError: number
}

/** @throws RangeError naming the value, unless the axes are finite and bornDead <= collapsed <= trials are counts. */
export function checkSurfaceCell({ x, y, trials, collapsed, bornDead, gaps = 0, theory }: SurfaceCell): void {
  if (!Number.isFinite(x)) throw new RangeError(`x must be a finite number, got ${x}`)
  if (!Number.isFinite(y)) throw new RangeError(`y must be a finite number, got ${y}`)
  checkCounts(collapsed, trials)
  checkCount('gaps', gaps)
  checkCount('bornDead', bornDead)
  if (bornDead > collapsed) throw new RangeError(`bornDead must be at most ${collapsed} (collapsed), got ${bornDead}`)
  if (theory === null) return
  checkProbability('theory.estimate', theory.estimate)
  if (!(theory.standardError >= 0)) {
    throw new RangeError(`theory.standardError must be at least 0, got ${theory.standardError}`)
  }
}
