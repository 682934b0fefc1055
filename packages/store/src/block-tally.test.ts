import { encodeTally, tallyOf } from '@collapsar/sweep'
import type { TrialRecord } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { aliveBlock, aliveRecord } from '../../../test/support/blocks.ts'
import { decodeBlockTally, encodeBlockTally } from './block-tally.ts'

describe("a block's stored tally", () => {
  it('gives back the tally', () => {
    const { tally } = aliveBlock(1, 0)
    expect(decodeBlockTally(encodeBlockTally(tally))).toEqual(tally)
  })

  it('gives back extremes: NaN and zero losses, no pieces, the largest number of pieces', () => {
    const odd: Partial<TrialRecord>[] = [{ loss: NaN, outcome: 'diverged' }, { loss: 0 }, { pieces: 0 }, { pieces: 2 ** 32 - 1 }]
    const tally = tallyOf(odd.map((part, trial) => ({ ...aliveRecord(1, trial), ...part })))
    expect(decodeBlockTally(encodeBlockTally(tally))).toEqual(tally)
    const diverged = tallyOf([{ ...aliveRecord(1, 0), loss: NaN }])
    expect(decodeBlockTally(encodeBlockTally(diverged))).toEqual(diverged)
  })

  it('takes less than half the bytes of the general form for 100 networks that are alive', () => {
    for (let index = 0; index < 20; index += 1) {
      const { tally } = aliveBlock(5, index)
      expect(encodeBlockTally(tally).length).toBeLessThan(encodeTally(tally).length / 2)
    }
  })

  it('is damaged when it has another format or ends too early', () => {
    const bytes = encodeBlockTally(aliveBlock(1, 0).tally)
    expect(() => decodeBlockTally(Uint8Array.of(9, ...bytes.subarray(1)))).toThrow('has format 9')
    expect(() => decodeBlockTally(bytes.subarray(0, 40))).toThrow('ends too early')
    expect(() => decodeBlockTally(Uint8Array.of())).toThrow('has format undefined')
  })
})
