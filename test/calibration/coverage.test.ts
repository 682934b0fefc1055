import { clopperPearson, confidenceSequence } from '@collapsar/statistics'
import { describe, expect, it } from 'vitest'
import { createCounts, createUniform, expectAtMost, percent, repetitions, report } from './calibration.ts'

const PROBABILITIES = [0.002, 0.01, 0.05, 0.1, 0.5]
const BLOCK = 100
const FIXED_BLOCKS = 10
const MOST_BLOCKS = 40
const REPETITIONS = repetitions(2_000, 10_000)

type Method = typeof confidenceSequence

/** Whether an interval leaves p out, remembered by its counts. */
function createMisses(method: Method, p: number): (k: number, n: number) => boolean {
  const known = new Map<number, boolean>()
  return (k, n) => {
    const key = n * 10_000 + k
    const missed = known.get(key) ?? isOutside(method, [k, n], p)
    known.set(key, missed)
    return missed
  }
}

function isOutside(method: Method, [k, n]: readonly [number, number], p: number): boolean {
  const { low, high } = method(k, n)
  return p < low || p > high
}

/** Whether the interval is on one side of both levels, which ends the trials of a cell. */
function isDecided(k: number, n: number): boolean {
  const { low, high } = confidenceSequence(k, n)
  return [0.01, 0.1].every((level) => high < level || low > level)
}

describe('S1: the 95% interval', () => {
  it.each(PROBABILITIES)('misses %d in at most 5% of samples of fixed size', (p) => {
    const uniform = createUniform(101)
    const draw = createCounts(BLOCK, p, uniform)
    const misses = [createMisses(confidenceSequence, p), createMisses(clopperPearson, p)]
    const events = [0, 0]
    for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
      let k = 0
      for (let block = 0; block < FIXED_BLOCKS; block += 1) k += draw()
      for (const [method, missed] of misses.entries()) if (missed(k, FIXED_BLOCKS * BLOCK)) events[method]! += 1
    }
    for (const [method, name] of ['confidence sequence', 'Clopper-Pearson'].entries()) {
      const what = `${name} misses p = ${p}, n = 1000`
      expectAtMost({ id: 'S1', what, events: events[method]!, repetitions: REPETITIONS, allowed: 0.05 })
    }
  })

  it.each(PROBABILITIES)('misses %d in at most 5% of samples that end once both levels are decided', (p) => {
    const draw = createCounts(BLOCK, p, createUniform(102))
    const missed = createMisses(confidenceSequence, p)
    const naive = createMisses(clopperPearson, p)
    const decided = new Map<number, boolean>()
    const events = { stopped: 0, naiveEver: 0 }
    for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
      let [k, n, naiveMissed] = [0, 0, false]
      do {
        k += draw()
        n += BLOCK
        naiveMissed ||= naive(k, n)
        const key = n * 10_000 + k
        if (!decided.has(key)) decided.set(key, isDecided(k, n))
      } while (decided.get(n * 10_000 + k) === false && n < MOST_BLOCKS * BLOCK)
      if (missed(k, n)) events.stopped += 1
      if (naiveMissed) events.naiveEver += 1
    }
    const what = `confidence sequence misses p = ${p} where it stopped`
    expectAtMost({ id: 'S1', what, events: events.stopped, repetitions: REPETITIONS, allowed: 0.05 })
    report('S1', `for comparison: Clopper-Pearson misses p = ${p} at some look`, percent(events.naiveEver / REPETITIONS))
    // The check can fail: an interval for one look misses a level itself far too often, about a fifth of the time.
    if (p === 0.1) expect(events.naiveEver / REPETITIONS).toBeGreaterThan(0.1)
  })
})
