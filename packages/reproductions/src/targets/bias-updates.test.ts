import { updateMoments } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../measurement.ts'
import { uniforms } from '../samples/evidence.ts'
import { simulatedMeasurements, simulatedTarget } from '../samples/simulated-target.ts'
import { biasUpdates } from './bias-updates.ts'

const ROUNDS = 20

/** Means of 1 / |change| that grow with a power of the width, over factors from 1 to 1000 between networks; in every third one layer rests. */
function judged(exponent: number, seed: number) {
  const next = uniforms(seed)
  const evidence = simulatedTarget(biasUpdates, (cell) => {
    const { depth, width } = cell.spec
    const layers = depth - 1
    const meanReciprocal: number[] = []
    const resting: number[] = []
    for (let trial = 0; trial < cell.tally.trials; trial += 1) {
      for (const _ of updateMoments(cell.spec)) {
        const mean = width ** exponent * 1000 ** next()
        for (let layer = 0; layer < layers; layer += 1) {
          const rests = layer === 1 && trial % 3 === 0
          meanReciprocal.push(rests ? NaN : mean)
          resting.push(rests ? width : 1)
        }
      }
    }
    return { measurements: simulatedMeasurements(cell, 'updates', { meanReciprocal: Float32Array.from(meanReciprocal), resting: Uint16Array.from(resting) }) }
  })
  return biasUpdates.judge(evidence)
}

describe('the size of bias updates', () => {
  it('grows with the power that it was simulated with, by depth, optimizer and update', () => {
    const measurements = judged(1, 0)
    expect(verdictOf(measurements)).toBe('pass')
    // Two depths, two optimizers, updates after steps 0, 1, 3, 10 and 30.
    expect(measurements).toHaveLength(20)
    for (const { measured, detectable } of measurements) expect(Math.abs(measured.estimate! - 1)).toBeLessThan(detectable.above!)
  })

  // The target fails with probability 1e-3 at most at the end of the band; two failures of 20 rounds come with probability 2e-4.
  it('fails rarely at the highest power that is accepted', () => {
    const verdicts = Array.from({ length: ROUNDS }, (_, round) => verdictOf(judged(3, round)))
    expect(verdicts.filter((verdict) => verdict === 'fail').length).toBeLessThan(2)
  })

  // A deviation that is seen with probability 0.8 is missed in 12 or more of 20 rounds with probability 1e-4.
  it('sees the excess that it says it would', () => {
    const excess = judged(3, 0)[0]!.detectable.above!
    const seen = Array.from({ length: ROUNDS }, (_, round) => judged(3 + excess, round)[0]!.verdict).filter((verdict) => verdict === 'fail')
    expect(seen.length).toBeGreaterThan(ROUNDS - 12)
  })

  it('leaves out networks in which no bias moves, and is undecided where none is left', () => {
    const measurements = biasUpdates.judge(
      simulatedTarget(biasUpdates, (cell) => {
        const size = cell.tally.trials * (cell.spec.depth - 1) * updateMoments(cell.spec).length
        const columns = { meanReciprocal: new Float32Array(size).fill(NaN), resting: new Uint16Array(size).fill(cell.spec.width) }
        return { measurements: simulatedMeasurements(cell, 'updates', columns) }
      }),
    )
    expect(new Set(measurements.map(({ verdict }) => verdict))).toEqual(new Set(['undecided']))
  })
})
