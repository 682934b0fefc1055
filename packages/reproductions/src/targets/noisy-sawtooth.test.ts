import { describe, expect, it } from 'vitest'
import { verdictOf } from '../measurement.ts'
import { NOISY_SAWTOOTH } from '../references/noisy-sawtooth.ts'
import type { NoisySawtoothEntry } from '../references/noisy-sawtooth.ts'
import { uniforms } from '../samples/evidence.ts'
import { simulatedMeasurements, simulatedTarget } from '../samples/simulated-target.ts'
import { noisySawtooth } from './noisy-sawtooth.ts'

const ROUNDS = 20
/** Half-width of the simulated counts, as a part of the table's mean: a standard deviation of half of it, as that of real ones. */
const SPREAD = Math.sqrt(3) / 2

/** Cells whose regions are uniform around given means. */
function judged(meanOf: (entry: NoisySawtoothEntry) => number, seed: number) {
  const next = uniforms(seed)
  const evidence = simulatedTarget(noisySawtooth, (cell) => {
    const { spec, tally } = cell
    const std = 'std' in spec.network.bias ? spec.network.bias.std : 0
    const entry = NOISY_SAWTOOTH.find(({ noise, hiddenLayers }) => Math.abs(noise / std - Math.sqrt(3)) < 1e-9 && hiddenLayers === spec.depth - 1)!
    const regions = Uint32Array.from({ length: tally.trials }, () => Math.round(meanOf(entry) + SPREAD * entry.mean * (2 * next() - 1)))
    return { measurements: simulatedMeasurements(cell, 'regions', { regions }) }
  })
  return noisySawtooth.judge(evidence)
}

describe('the noisy sawtooth', () => {
  // The target fails with probability 1e-3 at most; two failures of 20 rounds come with probability 2e-4.
  it('passes on regions with the means of the table', () => {
    const verdicts = Array.from({ length: ROUNDS }, (_, round) => verdictOf(judged(({ mean }) => mean, round)))
    expect(verdicts.filter((verdict) => verdict === 'fail').length).toBeLessThan(2)
    expect(verdicts).toContain('pass')
  })

  // A deviation that is seen with probability 0.8 is missed in 12 or more of 20 rounds with probability 1e-4.
  it.each([
    'mean regions, noise 0.01, 8 hidden layers',
    'plateau at noise 0.001, depths 13, 15, in units of 2 / noise',
  ])('sees the deviation that it says it would: %s', (what) => {
    const comparisonOf = (measurements: ReturnType<typeof judged>) => measurements.find((measurement) => measurement.what === what)!
    const table = comparisonOf(judged(({ mean }) => mean, 0))
    const isPlateau = what.startsWith('plateau')
    // From the table's entry, or from the upper end of the plateau's band.
    const moved = isPlateau ? 1.3 + table.detectable.above! : table.detectable.above!
    const meanOf = ({ mean, noise, hiddenLayers }: NoisySawtoothEntry) => {
      if (isPlateau) return noise === 1e-3 ? (moved * 2) / noise : mean
      return noise === 0.01 && hiddenLayers === 8 ? mean + moved : mean
    }
    const seen = Array.from({ length: ROUNDS }, (_, round) => comparisonOf(judged(meanOf, round)).verdict).filter((verdict) => verdict === 'fail')
    expect(seen.length).toBeGreaterThan(ROUNDS - 12)
  })

  it('fails without noise, where 2^m pieces break the bound from 16,384 > 1401 on', () => {
    const failed = judged(({ hiddenLayers }) => 2 ** hiddenLayers, 0).filter(({ verdict }) => verdict === 'fail')
    expect(failed.map(({ what }) => what)).toContain('mean regions below the bound, noise 0.01, 14 hidden layers')
  })

  it('fails where the plateau is inverse in the square root of the noise', () => {
    const { verdict } = judged(({ mean, noise }) => mean * Math.sqrt(Math.max(1, noise / 1e-3)), 0).find(({ what }) => what === 'exponent of the plateau in the noise')!
    expect(verdict).toBe('fail')
  })
})
