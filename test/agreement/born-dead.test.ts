import { agrees, binomialTails, bornDeadBounds, twoRayBornDead } from '@collapsar/statistics'
import type { Reference } from '@collapsar/statistics'
import { afterAll, describe, expect, it } from 'vitest'
import { countBornDead, cpuEngine, specOf } from './cells.ts'

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

/** Two inputs on 64 equispaced directions: probability in units of 1e-4, and the trials behind it. */
const DIRECTION_DEPTHS = [3, 5, 10, 15, 20, 30]
const DIRECTION_TABLE: Readonly<Record<number, { trials: number; dead: readonly number[] }>> = {
  2: { trials: 2e5, dead: [645, 4129, 8582, 9663, 9919, 9995] },
  3: { trials: 2e5, dead: [48, 1081, 5048, 7437, 8683, 9655] },
  4: { trials: 2e5, dead: [3, 198, 2055, 4134, 5733, 7754] },
  8: { trials: 5e4, dead: [0, 0, 18, 84, 202, 498] },
  10: { trials: 5e4, dead: [0, 0, 1, 9, 29, 92] },
}

/** Randomized asymmetric initialization of every layer, 101 grid points on [-sqrt 3, sqrt 3], 1e5 trials; units of 1e-4. */
const ASYMMETRIC_DEPTHS = [5, 10, 20, 30]
const ASYMMETRIC_TABLE: Readonly<Record<number, readonly number[]>> = {
  2: [559, 2346, 5265, 7061],
  3: [91, 642, 1910, 3010],
  4: [14, 167, 602, 1042],
}

const TRIALS = 100_000
/** Probability that any comparison of this file fails on right code, at most. */
const FAMILY_FALSE_ALARM = 1e-3
const COMPARISONS = 56 + 30 + 12 + 2 + 6
const FALSE_ALARM = FAMILY_FALSE_ALARM / COMPARISONS
/** Alarm level for a proved bound, a cell. */
const BOUND_ALARM = 1e-6

const engine = cpuEngine()
afterAll(() => engine.close())

const listed = <T>(table: Readonly<Record<number, T>>) =>
  Object.entries(table).map(([width, entry]) => ({ width: Number(width), entry }))

function expectAgreement(dead: number, reference: Reference): void {
  const { agrees: agreeing, pValue } = agrees({ successes: dead, trials: TRIALS }, reference, FALSE_ALARM)
  expect(agreeing, `${dead} of ${TRIALS} against ${JSON.stringify(reference)}: p = ${pValue}`).toBe(true)
}

describe('born dead, one input of both signs', () => {
  it.each(listed(TABLE))('agrees with the table and lies inside the bounds at width $width', async ({ width, entry }) => {
    for (const [index, depth] of TABLE_DEPTHS.entries()) {
      const dead = await countBornDead(engine, specOf(depth, width, {}), TRIALS)
      expectAgreement(dead, { probability: entry.dead[index]! / 1e5, trials: entry.trials })
      const { lower, upper } = bornDeadBounds({ inputDim: 1, depth, width, bothSigns: true, zeroBias: true, symmetric: true })
      expect(binomialTails(dead, TRIALS, upper!).upper, `${dead} of ${TRIALS} above ${upper}`).toBeGreaterThan(BOUND_ALARM)
      expect(binomialTails(dead, TRIALS, lower!).lower, `${dead} of ${TRIALS} below ${lower}`).toBeGreaterThan(BOUND_ALARM)
    }
  })

  it.each([7, 9])('follows theory at width %i, which no table lists', async (width) => {
    const curve = twoRayBornDead({ width, maxDepth: 20, repetitions: 40_000, seed: 7 })
    for (const depth of [8, 12, 20]) {
      const { estimate, standardError } = curve.find((point) => point.depth === depth)!
      expectAgreement(await countBornDead(engine, specOf(depth, width, {}), TRIALS), { probability: estimate, standardError })
    }
  })
})

describe('born dead, two inputs on 64 directions', () => {
  const problem = { target: 'abs-2d', sampling: 'directions', points: 64 }
  it.each(listed(DIRECTION_TABLE))('agrees with the table at width $width', async ({ width, entry }) => {
    for (const [index, depth] of DIRECTION_DEPTHS.entries()) {
      const dead = await countBornDead(engine, specOf(depth, width, { problem }), TRIALS)
      expectAgreement(dead, { probability: entry.dead[index]! / 1e4, trials: entry.trials })
    }
  })
})

describe('born dead, randomized asymmetric initialization', () => {
  const network = { init: 'randomized-asymmetric' }
  it.each(listed(ASYMMETRIC_TABLE))('agrees with the table at width $width', async ({ width, entry }) => {
    for (const [index, depth] of ASYMMETRIC_DEPTHS.entries()) {
      const spec = specOf(depth, width, { network, problem: { points: 101 } })
      expectAgreement(await countBornDead(engine, spec, TRIALS), { probability: entry[index]! / 1e4, trials: 1e5 })
    }
  })

  it('agrees with the table on an 11 x 11 grid of two inputs at width 4', async () => {
    const problem = { target: 'abs-2d', sampling: 'grid', points: 121 }
    for (const [depth, probability, standardError] of [[10, 0.0127, 0.0005], [20, 0.0563, 0.001]] as const) {
      expectAgreement(await countBornDead(engine, specOf(depth, 4, { network, problem }), TRIALS), { probability, standardError })
    }
  })
})
