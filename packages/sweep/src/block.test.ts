import { createHash } from 'node:crypto'
import { allocateColumns, OUTCOMES, putRecord } from '@collapsar/trial'
import type { TrialRecord } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { BLOCK_TRIALS, cellDigest, decodeBlock, encodeBlock, encodeColumns } from './block.ts'

/** Records that use every outcome and the extremes of every column. */
function records(): TrialRecord[] {
  return Array.from({ length: BLOCK_TRIALS }, (_, trial) => ({
    outcome: OUTCOMES[trial % OUTCOMES.length]!,
    deadLayer: trial % 200,
    deathCheck: trial === 3 ? 62_500 : trial,
    loss: trial === 7 ? NaN : trial === 8 ? Infinity : Math.fround(1 / (trial + 1)),
    value: Math.fround(-trial / 3),
    pieces: trial === 5 ? 2 ** 32 - 1 : trial,
    checksum: Math.imul(trial, 0x9e3779b9) >>> 0,
  }))
}

describe('a block', () => {
  it('gives back every record as it was packed', () => {
    const block = encodeBlock(4, records())
    expect(decodeBlock(block.columns, block.digest)).toEqual(records())
  })

  it('has a digest of the records alone, sensitive to one bit of one of them', () => {
    const changed = records()
    changed[99] = { ...changed[99]!, checksum: changed[99]!.checksum ^ 1 }
    expect(encodeBlock(0, records()).digest).toEqual(encodeBlock(9, records()).digest)
    expect(encodeBlock(0, changed).digest).not.toEqual(encodeBlock(0, records()).digest)
  })

  it('knows one NaN only', () => {
    const other = new Float32Array(new Uint32Array([0xffc00001]).buffer)[0]!
    const changed = records()
    changed[7] = { ...changed[7]!, loss: other }
    expect(encodeBlock(0, changed).digest).toEqual(encodeBlock(0, records()).digest)
  })

  it('is refused as damaged when one stored byte is another', () => {
    const block = encodeBlock(0, records())
    for (const position of [0, 1, 40, block.columns.length - 2]) {
      const damaged = Uint8Array.from(block.columns)
      damaged[position]! ^= 0x10
      expect(() => decodeBlock(damaged, block.digest)).toThrow(/stored block/)
    }
  })

  it('is the same out of the midst of columns as from its records', () => {
    const columns = allocateColumns(BLOCK_TRIALS + 40)
    records().forEach((record, trial) => putRecord(columns, 30 + trial, record))
    expect(encodeColumns(4, columns, 30)).toEqual(encodeBlock(4, records()))
    expect(() => encodeColumns(4, columns, 41)).toThrow('99 records; a block holds 100')
  })

  it('holds 100 records, no fewer', () => {
    expect(() => encodeBlock(0, records().slice(1))).toThrow('99 records; a block holds 100')
  })
})

describe('the digest of a cell', () => {
  it('is the SHA-256 over its block digests in order, with zeros for a gap', () => {
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const expected = createHash('sha256').update(Buffer.concat([a, Buffer.alloc(32), b])).digest('hex')
    expect(cellDigest([a, null, b])).toBe(expected)
    expect(cellDigest([b, null, a])).not.toBe(expected)
  })
})
