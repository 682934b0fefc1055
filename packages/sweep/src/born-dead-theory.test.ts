import { expect, it } from 'vitest'
import { bornDeadTheory } from './born-dead-theory.ts'
import { expectedWork } from './expected-work.ts'
import { trialFlops } from './cost.ts'
import { parseSweep } from './sweep.ts'

const specOf = (network: object) => parseSweep({ grid: { depth: 5, width: 1 }, inits: 1, network }).cells[0]!.spec

it('says nothing of networks that cannot be born dead: normalized ones, and those without relu', () => {
  // width 1, both signs: 1 - 2^-(L - 2)
  expect(bornDeadTheory(specOf({})).exact).toBeCloseTo(1 - 2 ** -3, 14)
  const nothing = { lower: null, upper: null, exact: null, simulated: null }
  for (const network of [{ normalization: 'batch' }, { normalization: 'layer' }, { activation: 'selu' }]) {
    expect(bornDeadTheory(specOf(network))).toEqual(nothing)
  }
})

it('expects every normalized trial to be trained', () => {
  const spec = specOf({ normalization: 'batch' })
  expect(expectedWork(spec, 10)).toEqual({ mean: 10 * trialFlops(spec), variance: 0 })
})
