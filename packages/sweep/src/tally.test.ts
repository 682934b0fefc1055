import type { TrialRecord } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { addTallies, decodeTally, EMPTY_TALLY, encodeTally, lossBin, lossOfBin, tallyOf } from './tally.ts'

const trial = (loss: number, pieces: number, outcome: TrialRecord['outcome'] = 'converged'): TrialRecord => ({
  outcome,
  deadLayer: 0,
  deathCheck: 0,
  loss,
  value: 1,
  pieces,
  checksum: 0,
})

const some = [trial(0.25, 1, 'born_dead'), trial(1e-5, 4), trial(NaN, 0, 'diverged'), trial(0.17, 2, 'stalled')]

describe('a tally', () => {
  it('adds up to the same whatever the order and the grouping', () => {
    const parts = some.map((record) => tallyOf([record]))
    const [a, b, c, d] = parts
    expect(addTallies([addTallies([a!, c!]), addTallies([d!, b!])])).toEqual(tallyOf(some))
    expect(addTallies([EMPTY_TALLY, ...parts.toReversed()])).toEqual(tallyOf(some))
  })

  it('survives being stored', () => {
    for (const tally of [EMPTY_TALLY, tallyOf(some), tallyOf([trial(3.4e38, 4_000_000_000)])]) {
      expect(decodeTally(encodeTally(tally))).toEqual(tally)
    }
  })

  it('is refused as damaged when it is cut short or of another format', () => {
    const bytes = encodeTally(tallyOf(some))
    expect(() => decodeTally(bytes.subarray(0, 5))).toThrow('ends too early')
    expect(() => decodeTally(Uint8Array.from([9, ...bytes]))).toThrow('format 9')
  })

  it('keeps the best loss and leaves NaN out of it', () => {
    expect(tallyOf(some).bestLoss).toBe(1e-5)
    expect(tallyOf([trial(NaN, 0)]).bestLoss).toBe(Infinity)
  })
})

describe('a loss bin', () => {
  it('stands for losses within 1.6% of its middle, over the whole range', () => {
    for (let exponent = -36; exponent < 38; exponent += 0.37) {
      const loss = 10 ** exponent
      expect(Math.abs(lossOfBin(lossBin(loss)) / loss - 1)).toBeLessThan(0.016)
    }
  })

  it('is ordered as losses are, NaN last', () => {
    const losses = [0, 1e-30, 1e-6, 0.1716, 0.25, 1, 1e30, Infinity, NaN]
    const bins = losses.map(lossBin)
    expect(bins).toEqual([...new Set(bins)].toSorted((a, b) => a - b))
  })
})
