import { agrees } from '@collapsar/statistics'
import type { Reference } from '@collapsar/statistics'
import { COLLAPSED } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import { afterAll, describe, expect, it } from 'vitest'
import { cpuEngine, forEachRecord, specOf } from './cells.ts'

/**
 * The headline experiment of Lu, Su and Karniadakis (2018) and of Lu, Shin, Su and Karniadakis (2020): minibatches of 128 of
 * 3,000 uniform points, Adam 1e-3, He-normal weights, zero biases. The number of steps was not published; ours is 5,000.
 * `published` rests on 1,000 runs each; `simulated` are independent simulations of the same protocol with other code.
 */
const TRIALS = 1000
const FAMILY_FALSE_ALARM = 1e-3
const COMPARISONS = 9
const FALSE_ALARM = FAMILY_FALSE_ALARM / COMPARISONS

const protocol = (target: string) => ({
  problem: { target, points: 3000, sampling: 'random' },
  training: { batch: 128, steps: 5000 },
})

const engine = cpuEngine()
afterAll(() => engine.close())

interface Counted {
  readonly collapsed: number
  readonly bornDead: number
  readonly diedEarly: number
  readonly died: number
}

async function count(spec: TrialSpec): Promise<Counted> {
  const counted = { collapsed: 0, bornDead: 0, diedEarly: 0, died: 0 }
  await forEachRecord(engine, spec, TRIALS, (record) => {
    if (COLLAPSED.includes(record.outcome)) counted.collapsed += 1
    if (record.outcome === 'born_dead') counted.bornDead += 1
    if (record.outcome === 'died_in_training') counted.died += 1
    if (record.outcome === 'died_in_training' && record.deathCheck * 32 <= 512) counted.diedEarly += 1
  })
  return counted
}

function expectAgreement(successes: number, trials: number, reference: Reference): void {
  const { agrees: agreeing, pValue } = agrees({ successes, trials }, reference, FALSE_ALARM)
  expect(agreeing, `${successes} of ${trials} against ${JSON.stringify(reference)}: p = ${pValue}`).toBe(true)
}

describe('the published collapse', () => {
  it('of |x| at depth 10 and width 2: 92.6%, of which 88% are born dead and the rest dies early', async () => {
    const { collapsed, bornDead, died, diedEarly } = await count(specOf(10, 2, protocol('abs')))
    expectAgreement(collapsed, TRIALS, { probability: 0.926, trials: 5000 })
    expectAgreement(bornDead, TRIALS, { probability: 0.87984, standardError: 0.00001 })
    expectAgreement(died, TRIALS - bornDead, { probability: 386 / 965, trials: 965 })
    expectAgreement(diedEarly, died, { probability: 218 / 228, trials: 228 })
  })

  it.each([
    { target: 'x-sin-5x', depth: 10, width: 2, published: 0.919, simulated: { probability: 0.93, trials: 3000 } },
    { target: 'step-sin', depth: 10, width: 2, published: 0.938, simulated: { probability: 0.922, trials: 3000 } },
    { target: 'abs-2d', depth: 20, width: 4, published: 0.768, simulated: { probability: 0.747, trials: 1500 } },
  ])('of $target at depth $depth and width $width: published $published', async ({ target, depth, width, published, simulated }) => {
    const { collapsed } = await count(specOf(depth, width, protocol(target)))
    expectAgreement(collapsed, TRIALS, { probability: published, trials: 1000 })
    expectAgreement(collapsed, TRIALS, simulated)
  })
})
