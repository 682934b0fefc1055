import { agrees, binomialTails, probabilityOfEver, safeEvidence } from '@collapsar/statistics'
import { describe, expect, it } from 'vitest'
import { createCounts, createUniform, expectAtMost, FALSE_ALARM, percent, repetitions, report } from './calibration.ts'

const TRUE = { p: 0.01, every: 100, looks: 100 }
const REPETITIONS = repetitions(2_000, 20_000)

type Rule = (k: number, n: number) => boolean

const anytime: Rule = (successes, trials) => safeEvidence({ successes, trials }, 0.01) >= Math.log(20)
const madeForOneLook: Rule = (k, n) => binomialTails(k, n, 0.01).lower <= 0.05

/** In how many histories of a true 1% the rule says "safe" at one look at least. */
function falselySafe(rule: Rule, seed: number): number {
  const draw = createCounts(TRUE.every, TRUE.p, createUniform(seed))
  const known = new Map<number, boolean>()
  let events = 0
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    let k = 0
    for (let look = 1; look <= TRUE.looks; look += 1) {
      k += draw()
      const key = look * 100_000 + k
      if (!known.has(key)) known.set(key, rule(k, look * TRUE.every))
      if (known.get(key) === false) continue
      events += 1
      break
    }
  }
  return events
}

describe('S2: "safe" at a true 1%, looked at every 100 of 10,000 trials', () => {
  it('is said falsely in at most 5% of histories, as often as summed exactly', () => {
    const events = falselySafe(anytime, 201)
    expectAtMost({ id: 'S2', what: 'anytime-valid evidence says safe at a true 1%', events, repetitions: REPETITIONS, allowed: 0.05 })
    const exact = probabilityOfEver(TRUE, anytime)
    const sampled = agrees({ successes: events, trials: REPETITIONS }, { probability: exact, standardError: 0 }, FALSE_ALARM)
    expect(sampled).toMatchObject({ agrees: true })
  })

  it('is said falsely several times as often by a 95% bound made for one look', () => {
    const share = falselySafe(madeForOneLook, 202) / REPETITIONS
    report('S2', 'for comparison: a bound made for one look', percent(share))
    expect(share).toBeGreaterThan(0.15)
  })
})
