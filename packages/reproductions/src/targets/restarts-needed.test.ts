import { twoRayBornDead } from '@collapsar/statistics'
import type { TrialRecord } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../measurement.ts'
import { binomialCount, uniforms } from '../samples/evidence.ts'
import { simulatedTarget } from '../samples/simulated-target.ts'
import type { CellEvidence } from '../target.ts'
import { errorComparisons } from './best-of-error.ts'
import { restartsNeeded } from './restarts-needed.ts'

const BORN_DEAD = twoRayBornDead({ width: 2, maxDepth: 30, repetitions: 20_000 })
const bornDeadAt = (depth: number) => BORN_DEAD.find((point) => point.depth === depth)!.estimate
/** A share of those alive that dies, about as in trained simulations at width 2. */
const DIES = 0.35
const collapseAt = (depth: number) => 1 - (1 - bornDeadAt(depth)) * (1 - DIES)

/** Losses of trials that did not collapse; 1/4 is the variance of |x|, that of the best constant. */
type Law = { readonly collapse: (depth: number) => number; readonly lossAlive: (uniform: number) => number }
/** A half converges, the others stop at the optimum of one kink, 0.1716. */
const REAL: Law = { collapse: collapseAt, lossAlive: (uniform) => (uniform < 0.5 ? 1e-6 : 0.1716) }

const RECORD: TrialRecord = { outcome: 'unfinished', deadLayer: 0, deathCheck: 0, loss: 0.26, value: 1, pieces: 2, checksum: 0 }

function trialsOf({ spec, tally }: CellEvidence, { collapse, lossAlive }: Law, next: () => number): Partial<CellEvidence> {
  const collapsed = binomialCount(tally.trials, collapse(spec.depth), next())
  const records = Array.from({ length: tally.trials }, (_, trial): TrialRecord =>
    trial < collapsed ? { ...RECORD, outcome: 'born_dead' } : { ...RECORD, loss: lossAlive(next()) },
  )
  return { records, tally: { ...tally, outcomes: { ...tally.outcomes, born_dead: collapsed, unfinished: tally.trials - collapsed } } }
}

function judged(law: Law, seed: number) {
  const next = uniforms(seed)
  return restartsNeeded.judge(simulatedTarget(restartsNeeded, (cell) => trialsOf(cell, law, next)))
}

const failed = (law: Law) => judged(law, 0).filter(({ verdict }) => verdict === 'fail').map(({ what }) => what)

describe('the restarts that are needed', () => {
  // The target fails with probability 1e-3 at most; two failures of 5 rounds come with probability 1e-5.
  it('passes when trials collapse by the law of the two rays and in training', () => {
    const verdicts = Array.from({ length: 5 }, (_, round) => verdictOf(judged(REAL, round)))
    expect(verdicts.filter((verdict) => verdict === 'fail').length).toBeLessThan(2)
    expect(verdicts).toContain('pass')
  })

  it('fails when deep networks collapse less than shallow ones', () => {
    const reversed = failed({ ...REAL, collapse: (depth) => collapseAt(20 - depth) })
    expect(reversed).toContain("growth a layer of the error of the best of 16, in units of the best constant's")
    expect(reversed.some((what) => what.startsWith('collapse at least as likely as being born dead, depth 16'))).toBe(true)
  })

  it('fails when the best of 16 at depth 16 is better than 0.7 of the best constant', () => {
    expect(failed({ ...REAL, collapse: () => 0.7 })).toContain("error of the best of 16 at depth 16, in units of the best constant's: at least P(born dead)^K")
  })

  it('fails when no network beats half collapse, 0.69 of the best constant', () => {
    expect(failed({ ...REAL, lossAlive: () => 0.1716 }).filter((what) => what.startsWith('error of the best of K'))).toHaveLength(7)
  })
})

describe('the error of the best of a growing K', () => {
  // All K collapse with probability p^K, about e^-3; otherwise the loss is that of the living.
  const cell = simulatedTarget(restartsNeeded, () => ({}))[0]!.cells.find(({ spec }) => spec.depth === 8)!
  const allCollapse = collapseAt(8) ** Math.ceil(3 / (1 - collapseAt(8)))
  const growing = (expected: number, seed: number) => {
    const alive = (0.25 * (expected - allCollapse)) / (1 - allCollapse)
    const evidence = { ...cell, ...trialsOf(cell, { ...REAL, lossAlive: () => alive }, uniforms(seed)) }
    return errorComparisons([evidence], { bornDeadAt, falseAlarm: 1e-4 }).find(({ what }) => what.startsWith('error of the best of K'))!
  }

  // A deviation that is seen with probability 0.8 is missed in 12 or more of 20 rounds with probability 1e-4.
  it('is seen to be above half of the best constant where it says it would', () => {
    const { detectable, measured } = growing(0.5, 0)
    expect(Math.abs(measured.estimate! - 0.5)).toBeLessThan(detectable.above!)
    const seen = Array.from({ length: 20 }, (_, round) => growing(0.5 + detectable.above!, round).verdict).filter((verdict) => verdict === 'fail')
    expect(seen.length).toBeGreaterThan(8)
  })
})
