import { binomialTails, bornDeadBounds, twoRayBornDead } from '@collapsar/statistics'
import { afterAll, describe, expect, it } from 'vitest'
import { countBornDead, cpuEngine, specOf } from './cells.ts'
import { byWidth, expectAgreement, TRIALS } from './reference-tables.ts'

const MINUTES = 60_000

/**
 * Born-dead probability, one input, zero biases, Gaussian weights, inputs of both signs. Independent simulations, not
 * made with this code: 4e6 trials for widths up to 3, 1e6 for 4 and 5, 4e5 above. Probability in units of 1e-5,
 * as printed; depth counts affine layers. The table's own sampling error is part of every comparison.
 */
const TABLE_DEPTHS = [3, 5, 8, 10, 15, 20, 30]
const TABLE: Readonly<Record<number, { trials: number; dead: readonly number[] }>> = {
  1: { trials: 4e6, dead: [49984, 87488, 98438, 99609, 99988, 100000, 100000] },
  2: { trials: 4e6, dead: [15613, 49796, 78645, 87980, 97137, 99320, 99960] },
  3: { trials: 4e6, dead: [4295, 20637, 45242, 57888, 78332, 88888, 97076] },
  4: { trials: 1e6, dead: [1123, 7262, 20496, 29418, 48484, 62693, 80452] },
  5: { trials: 1e6, dead: [289, 2416, 8232, 12862, 24719, 35561, 53065] },
  6: { trials: 4e5, dead: [77, 752, 3061, 5199, 11255, 17614, 29384] },
  8: { trials: 4e5, dead: [3, 71, 424, 787, 2054, 3585, 7022] },
  10: { trials: 4e5, dead: [1, 10, 67, 132, 381, 696, 1479] },
}

/** Randomized asymmetric initialization of every layer, 101 grid points on [-sqrt 3, sqrt 3], 1e5 trials; units of 1e-4. */
const ASYMMETRIC_DEPTHS = [5, 10, 20, 30]
const ASYMMETRIC_TABLE: Readonly<Record<number, readonly number[]>> = {
  2: [559, 2346, 5265, 7061],
  3: [91, 642, 1910, 3010],
  4: [14, 167, 602, 1042],
}

/** Alarm level for a proved bound, a cell. */
const BOUND_ALARM = 1e-6

const engine = cpuEngine()
afterAll(() => engine.close())

describe('born dead, one input of both signs', () => {
  it.each(byWidth(TABLE))('agrees with the table and lies inside the bounds at width $width', async ({ width, entry }) => {
    for (const [index, depth] of TABLE_DEPTHS.entries()) {
      const dead = await countBornDead(engine, specOf(depth, width, {}), TRIALS)
      expectAgreement(dead, { probability: entry.dead[index]! / 1e5, trials: entry.trials })
      const { lower, upper } = bornDeadBounds({ inputDim: 1, depth, width, bothSigns: true, zeroBias: true, symmetric: true })
      expect(binomialTails(dead, TRIALS, upper!).upper, `${dead} of ${TRIALS} above ${upper}`).toBeGreaterThan(BOUND_ALARM)
      expect(binomialTails(dead, TRIALS, lower!).lower, `${dead} of ${TRIALS} below ${lower}`).toBeGreaterThan(BOUND_ALARM)
    }
  }, 5 * MINUTES)

  it.each([7, 9])('follows theory at width %i, which no table lists', async (width) => {
    const curve = twoRayBornDead({ width, maxDepth: 20, repetitions: 40_000, seed: 7 })
    for (const depth of [8, 12, 20]) {
      const { estimate, standardError } = curve.find((point) => point.depth === depth)!
      expectAgreement(await countBornDead(engine, specOf(depth, width, {}), TRIALS), { probability: estimate, standardError })
    }
  }, 5 * MINUTES)
})

describe('born dead, randomized asymmetric initialization', () => {
  const network = { init: 'randomized-asymmetric' }
  it.each(byWidth(ASYMMETRIC_TABLE))('agrees with the table at width $width', async ({ width, entry }) => {
    for (const [index, depth] of ASYMMETRIC_DEPTHS.entries()) {
      const spec = specOf(depth, width, { network, problem: { points: 101 } })
      expectAgreement(await countBornDead(engine, spec, TRIALS), { probability: entry[index]! / 1e4, trials: 1e5 })
    }
  }, 5 * MINUTES)
})
