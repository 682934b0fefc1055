import { expect, test } from 'vitest'
import { comparePaired } from './paired.ts'
import { pairedDifference } from './paired-difference.ts'
import { comparePairedMap } from './paired-map.ts'

/** ln of the product of the two Beta(1/2, 1/2) mixtures, by the recursion B(a + 1, b) = B(a, b) a / (a + b). */
function logMixture(k: number, n: number): number {
  let log = 0
  for (let i = 0; i < k; i += 1) log += Math.log((i + 0.5) / (i + 1))
  for (let i = 0; i < n - k; i += 1) log += Math.log((i + 0.5) / (k + i + 1))
  return log
}

/** Whether the set of probabilities that the mixture has not beaten holds one with this difference, by a fine search. */
function admits([b, c, n]: readonly [number, number, number], difference: number): boolean {
  const mixture = logMixture(b + c, n) + logMixture(b, b + c)
  const power = (k: number, p: number): number => (k === 0 ? 0 : k * Math.log(p))
  for (let step = 0; step <= 20_000; step += 1) {
    const share = Math.abs(difference) + (step / 20_000) * (1 - Math.abs(difference))
    const both = power(b, (share + difference) / 2) + power(c, (share - difference) / 2)
    if (mixture - both - power(n - b - c, 1 - share) < Math.log(20)) return true
  }
  return false
}

test.each([
  [15, 5, 100],
  [30, 10, 1_000],
  [0, 0, 50],
  [3, 0, 10],
  [12, 0, 12],
  [0, 7, 9],
])('holds the differences that %d and %d of %d do not exclude, by a search', (onlyFirst, onlySecond, trials) => {
  const { low, high, estimate } = pairedDifference({ onlyFirst, onlySecond, trials })
  const table = [onlyFirst, onlySecond, trials] as const
  expect(estimate).toBe((onlyFirst - onlySecond) / trials)
  if (low > -1) expect([admits(table, low - 1e-4), admits(table, low + 1e-3)]).toEqual([false, true])
  if (high < 1) expect([admits(table, high - 1e-3), admits(table, high + 1e-4)]).toEqual([true, false])
  expect(low).toBeLessThan(estimate!)
  expect(high).toBeGreaterThanOrEqual(estimate!)
})

test('mirrors when the settings change places', () => {
  const [one, other] = [[9, 2], [2, 9]].map(([onlyFirst, onlySecond]) =>
    pairedDifference({ onlyFirst: onlyFirst!, onlySecond: onlySecond!, trials: 60 }))
  expect(one!.low).toBeCloseTo(-other!.high, 14)
  expect(one!.high).toBeCloseTo(-other!.low, 14)
})

test('excludes zero only with evidence of a difference', () => {
  for (let onlyFirst = 10; onlyFirst < 60; onlyFirst += 1) {
    const counts = { onlyFirst, onlySecond: 10, trials: 400 }
    if (pairedDifference(counts).low <= 0) continue
    expect(comparePaired(counts).logEvidence).toBeGreaterThan(Math.log(20))
  }
  expect(pairedDifference({ onlyFirst: 59, onlySecond: 10, trials: 400 }).low).toBeGreaterThan(0)
})

test('misses the true difference at any of its looks in at most 5% of histories', () => {
  // Looks after every 50 of 1,000 pairs; the settings differ by 0.06. 400 histories: more than 34 misses of a true 5%
  // come with probability 1e-3.
  let state = 4_242
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  let missed = 0
  for (let history = 0; history < 400; history += 1) {
    const counts = { onlyFirst: 0, onlySecond: 0, trials: 0 }
    for (let look = 1; look <= 20; look += 1) {
      for (; counts.trials < 50 * look; counts.trials += 1) {
        const draw = uniform()
        if (draw < 0.1) counts.onlyFirst += 1
        else if (draw < 0.14) counts.onlySecond += 1
      }
      const { low, high } = pairedDifference(counts)
      if (low <= 0.06 && 0.06 <= high) continue
      missed += 1
      break
    }
  }
  expect(missed).toBeLessThanOrEqual(34)
})

test('gives lost pairs to whom they hurt', () => {
  const whole = pairedDifference({ onlyFirst: 8, onlySecond: 8, trials: 100 })
  const lost = pairedDifference({ onlyFirst: 8, onlySecond: 8, trials: 100, gaps: 20 })
  expect(lost.low).toBe(pairedDifference({ onlyFirst: 8, onlySecond: 28, trials: 120 }).low)
  expect(lost.high).toBeCloseTo(-lost.low, 14)
  expect(lost.low).toBeLessThan(whole.low)
})

test('knows nothing without trials', () => {
  expect(pairedDifference({ onlyFirst: 0, onlySecond: 0, trials: 0 })).toEqual({ estimate: null, low: -1, high: 1, level: 0.95 })
})

test('splits the level over a map of cells', () => {
  const cells = [
    { onlyFirst: 30, onlySecond: 10, trials: 1_000 },
    { onlyFirst: 40, onlySecond: 5, trials: 1_000 },
  ]
  const [near, clear] = comparePairedMap(cells)
  // E = 23.4 against the 20 of one cell, and the 40 of two.
  expect(comparePairedMap(cells.slice(0, 1))[0]!.differs).toBe(true)
  expect([near!.differs, clear!.differs]).toEqual([false, true])
  expect(near!.adjustedPValue).toBeCloseTo(2 * 0.0022214337732293643, 14)
  expect(near!.difference).toEqual(pairedDifference(cells[0]!, 0.975))
  expect(comparePairedMap([])).toEqual([])
})

test.each([
  [{ onlyFirst: 3, onlySecond: 4, trials: 6 }, 'onlyFirst + onlySecond must be at most 6 (the trials), got 7'],
  [{ onlyFirst: 1.5, onlySecond: 0, trials: 6 }, 'onlyFirst must be an integer of at least 0, got 1.5'],
])('refuses %j', (counts, message) => {
  expect(() => pairedDifference(counts)).toThrow(new RangeError(message))
  expect(() => comparePairedMap([counts])).toThrow(new RangeError(message))
})
