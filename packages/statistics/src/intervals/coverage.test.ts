import { expect, test } from 'vitest'
import { logBinomial } from '../agreement/binomial.ts'
import { probabilityOfEver } from '../evidence/looking.ts'
import { split } from '../special/deviance.ts'
import { INTERVAL_METHODS } from './interval-methods.ts'
import type { IntervalMethod } from './interval-methods.ts'

const PROBABILITIES = [0.002, 0.01, 0.05, 0.1, 0.5]

/** Probability that the 95% interval of `trials` trials covers p: a sum over all counts, no simulation. */
function coverage(method: IntervalMethod, trials: number, p: number): number {
  let covered = 0
  for (let k = 0; k <= trials; k += 1) {
    const probability = Math.exp(logBinomial(k, trials, split(p)))
    if (probability < 1e-15) continue
    if (!misses(method, k, trials, p)) covered += probability
  }
  return covered
}

function misses(method: IntervalMethod, k: number, trials: number, p: number): boolean {
  const { low, high } = INTERVAL_METHODS[method](k, trials)
  return p < low || p > high
}

test.each(['confidence-sequence', 'clopper-pearson'] as const)('%s covers at least at its level', (method) => {
  for (const trials of [1, 10, 100, 1_000]) {
    for (const p of PROBABILITIES) expect(coverage(method, trials, p)).toBeGreaterThanOrEqual(0.95)
  }
})

test.each(['wilson', 'jeffreys'] as const)('%s covers too rarely somewhere', (method) => {
  const worst = Math.min(...[100, 1_000].flatMap((n) => PROBABILITIES.map((p) => coverage(method, n, p))))
  expect(worst).toBeLessThan(0.95)
  expect(worst).toBeGreaterThan(0.8)
})

test('the confidence sequence misses at any of its looks with probability at most 5%', () => {
  for (const p of [0.01, 0.1]) {
    const missed = probabilityOfEver({ p, every: 100, looks: 40 }, (k, n) => misses('confidence-sequence', k, n, p))
    expect(missed).toBeLessThanOrEqual(0.05)
    expect(missed).toBeGreaterThan(0.001)
  }
})

test('Clopper-Pearson, made for one look, misses at one of many looks far more often', () => {
  const looking = { p: 0.01, every: 100, looks: 40 }
  expect(probabilityOfEver(looking, (k, n) => misses('clopper-pearson', k, n, 0.01))).toBeGreaterThan(0.1)
})
