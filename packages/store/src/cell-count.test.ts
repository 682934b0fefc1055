import { cellDigest, tallyOf } from '@collapsar/sweep'
import { describe, expect, it } from 'vitest'
import { aliveBlock, aliveRecord } from '../../../test/support/blocks.ts'
import { CellCount } from './cell-count.ts'
import type { CountedBlock } from './cell-count.ts'

const block = (index: number, engine = 1): CountedBlock => ({ ...aliveBlock(1, index), engine })
const trials = (...ranges: readonly (readonly [number, number])[]) =>
  tallyOf(
    ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, offset) => aliveRecord(1, from + offset))),
  )

describe('the count of the trials [0, inits)', () => {
  it('cuts the last block at inits', () => {
    const count = new CellCount(130)
    count.add([block(0), block(1)])
    expect(count.result()).toEqual({
      tally: trials([0, 130]),
      lost: 0,
      digest: cellDigest([aliveBlock(1, 0).digest, aliveBlock(1, 1).digest]),
      engines: [1],
    })
  })

  it('passes over blocks beyond the goal, and names each engine once', () => {
    const count = new CellCount(200)
    count.add([block(0, 7)])
    count.add([block(1, 3), block(2, 9)])
    expect(count.result()).toMatchObject({ tally: trials([0, 200]), engines: [3, 7] })
  })

  it('counts a missing block as lost, a last one in part, and as null in the digest', () => {
    const middle = new CellCount(250)
    middle.add([block(0), block(2)])
    expect(middle.result()).toMatchObject({
      tally: trials([0, 100], [200, 250]),
      lost: 100,
      digest: cellDigest([aliveBlock(1, 0).digest, null, aliveBlock(1, 2).digest]),
    })
    const last = new CellCount(250)
    last.add([block(0), block(1)])
    expect(last.result().lost).toBe(50)
  })

  it('of no trials is empty', () => {
    expect(new CellCount(0).result()).toEqual({ tally: trials(), lost: 0, digest: cellDigest([]), engines: [] })
  })
})
