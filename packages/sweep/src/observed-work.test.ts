import { measurementSets } from '@collapsar/trial'
import type { MeasurementName, TrialSpec } from '@collapsar/trial'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trialSpec } from '../../../test/support/blocks.ts'
import { expectedWork } from './expected-work.ts'
import { observedSteps, observedWorkFactor } from './observed-work.ts'

const EARLY = 'early' as MeasurementName
const HALF = 'half' as MeasurementName

beforeAll(() => {
  const { facts } = measurementSets
  Object.assign(measurementSets, { early: { ...facts, observes: () => [0, 10] } })
  Object.assign(measurementSets, {
    half: { ...facts, observes: ({ training }: TrialSpec) => [10, training.steps / 2, training.steps] },
  })
})
afterAll(() => {
  for (const name of [EARLY, HALF]) Reflect.deleteProperty(measurementSets, name)
})

const spec = { ...trialSpec(1, 2, 1), training: { ...trialSpec(1).training, steps: 100 } }

it('observes each step before the last once, for all sets together', () => {
  expect(observedSteps(spec, [HALF, EARLY])).toEqual([0, 10, 50])
  expect(observedSteps(spec, ['facts'])).toEqual([])
})

/** Two weights on 128 points: 6 flop of each and step, 2 of each for the check, so 768 s + 256 flop a weight after s steps. */
const flops = (steps: number) => 2 * (768 * steps + 256)

it('costs a training up to every observed step', () => {
  expect(observedWorkFactor(spec, [HALF])).toBeCloseTo((flops(10) + flops(50) + flops(100)) / flops(100), 12)
  expect(observedWorkFactor(spec, ['facts'])).toBe(1)
})

it('is expected for all trials but those born dead, which are looked at once for every state', () => {
  // One hidden unit on a grid with points on both sides of 0: never dead in the bound that is proved.
  const { mean } = expectedWork({ ...spec, training: { ...spec.training, stopAtDeath: false } }, 100, [EARLY])
  expect(mean).toBeCloseTo(100 * (flops(0) + flops(10) + flops(100)), 6)
})
