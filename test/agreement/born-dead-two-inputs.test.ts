import { afterAll, describe, it } from 'vitest'
import { countBornDead, cpuEngine, specOf } from './cells.ts'
import { byWidth, expectAgreement, TRIALS } from './reference-tables.ts'

const MINUTES = 60_000

/** Two inputs on 64 equispaced directions: probability in units of 1e-4, and the trials behind it. */
const DIRECTION_DEPTHS = [3, 5, 10, 15, 20, 30]
const DIRECTION_TABLE: Readonly<Record<number, { trials: number; dead: readonly number[] }>> = {
  2: { trials: 2e5, dead: [645, 4129, 8582, 9663, 9919, 9995] },
  3: { trials: 2e5, dead: [48, 1081, 5048, 7437, 8683, 9655] },
  4: { trials: 2e5, dead: [3, 198, 2055, 4134, 5733, 7754] },
  8: { trials: 5e4, dead: [0, 0, 18, 84, 202, 498] },
  10: { trials: 5e4, dead: [0, 0, 1, 9, 29, 92] },
}

const engine = cpuEngine()
afterAll(() => engine.close())

describe('born dead, two inputs on 64 directions', () => {
  const problem = { target: 'abs-2d', sampling: 'directions', points: 64 }
  it.each(byWidth(DIRECTION_TABLE))('agrees with the table at width $width', async ({ width, entry }) => {
    for (const [index, depth] of DIRECTION_DEPTHS.entries()) {
      const dead = await countBornDead(engine, specOf(depth, width, { problem }), TRIALS)
      expectAgreement(dead, { probability: entry.dead[index]! / 1e4, trials: entry.trials })
    }
  }, 5 * MINUTES)
})

describe('born dead, randomized asymmetric initialization of two inputs', () => {
  const network = { init: 'randomized-asymmetric' }
  it('agrees with the table on an 11 x 11 grid of two inputs at width 4', async () => {
    const problem = { target: 'abs-2d', sampling: 'grid', points: 121 }
    for (const [depth, probability, standardError] of [[10, 0.0127, 0.0005], [20, 0.0563, 0.001]] as const) {
      expectAgreement(await countBornDead(engine, specOf(depth, 4, { network, problem }), TRIALS), { probability, standardError })
    }
  }, 5 * MINUTES)
})
