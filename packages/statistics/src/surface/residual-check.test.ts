import { expect, test } from 'vitest'
import { binomialTails } from '../agreement/binomial.ts'
import { twoRayBornDead } from '../born-dead/two-ray.ts'
import { checkResiduals } from './residual-check.ts'

const cell = (trials: number, observed: number, probability: number, standardError = 0) => {
  return { trials, observed, probability, standardError }
}

test('is Pearson, by hand: 25/25 + 100/25 with two cells', () => {
  const cells = [cell(100, 55, 0.5), cell(100, 40, 0.5)]
  const { chiSquare, degreesOfFreedom, pValue } = checkResiduals('collapse', cells, 0)
  expect(chiSquare).toBe(5)
  expect(degreesOfFreedom).toBe(2)
  // With 2 degrees of freedom the tail is exp(-x / 2).
  expect(pValue).toBeCloseTo(Math.exp(-2.5), 14)
})

test('pools cells that expect too little, in order of their probability', () => {
  // 3 x 2 expected make one pool of 6 with variance 3 x 1.96, in which 9 were seen; the fourth cell stands alone.
  const cells = [cell(100, 4, 0.02), cell(100, 50, 0.5), cell(100, 2, 0.02), cell(100, 3, 0.02)]
  const { chiSquare, degreesOfFreedom } = checkResiduals('collapse', cells, 1)
  expect(degreesOfFreedom).toBe(1)
  expect(chiSquare).toBeCloseTo(9 / 5.88, 12)
})

test('lets a remainder join the pool before it', () => {
  const cells = [cell(100, 3, 0.03), cell(100, 3, 0.03), cell(100, 3, 0.035)]
  expect(checkResiduals('collapse', cells, 0).degreesOfFreedom).toBe(1)
})

test('grants an uncertain probability three standard errors', () => {
  // 10 more than expected, 3 of them granted: 49 / 25. And 2 fewer, all granted.
  expect(checkResiduals('born dead', [cell(100, 60, 0.5, 0.01)], 0).chiSquare).toBeCloseTo(49 / 25, 12)
  expect(checkResiduals('born dead', [cell(100, 48, 0.5, 0.01)], 0).chiSquare).toBe(0)
})

test('rejects a true theory no more often than asked, however many trials outweigh its own error', () => {
  // Theory of 500 chains against counts at the value of 50,000 chains: at 10^6 trials its error is what remains.
  const depths = { width: 4, maxDepth: 20 }
  const truth = twoRayBornDead({ ...depths, repetitions: 50_000, seed: 999 })
  for (const trials of [1_000, 30_000, 1_000_000]) {
    const alarms = Array.from({ length: 100 }, (_, seed) => {
      const cells = twoRayBornDead({ ...depths, repetitions: 500, seed }).slice(2).map(({ estimate, standardError }, k) => {
        return cell(trials, Math.round(trials * truth[k + 2]!.estimate), estimate, standardError)
      })
      return checkResiduals('born dead', cells, 0).pValue! < 0.01
    })
    expect(binomialTails(alarms.filter(Boolean).length, 100, 0.01).upper).toBeGreaterThan(1e-3)
  }
})

test('cannot hold where what is impossible was seen', () => {
  const { chiSquare, pValue } = checkResiduals('born dead', [cell(100, 1, 0), cell(100, 0, 0)], 0)
  expect([chiSquare, pValue]).toEqual([Infinity, 0])
})

test('has nothing to say without degrees of freedom', () => {
  expect(checkResiduals('collapse', [cell(100, 50, 0.5)], 1).pValue).toBeNull()
  expect(checkResiduals('collapse', [cell(100, 50, 0.5)], 6)).toMatchObject({ degreesOfFreedom: 0, pValue: null })
  expect(checkResiduals('collapse', [cell(0, 0, 0.5)], 0).pValue).toBeNull()
  expect(checkResiduals('born dead', [cell(100, 0, 0)], 0).pValue).toBeNull()
})
