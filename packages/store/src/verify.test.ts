import { describe, expect, it } from 'vitest'
import { aliveBlocks, chunkOfSeed, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore(async (opened) => {
  ;({ url, store } = opened)
  await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 250), wish(2, 900)] })
  await store.recordBlocks(CELL, aliveBlocks(1, 0, 5), TEST_ENGINE)
  await store.recordBlocks(wish(2, 0).cell, aliveBlocks(2, 4, 2), TEST_ENGINE)
})

const CELL = wish(1, 0).cell

async function details(): Promise<string[]> {
  const { mismatches } = await store.verify()
  return mismatches.map(({ cell, block, detail }) => {
    expect(cell).toBe(CELL)
    return `${block ?? 'cell'}: ${detail}`
  })
}

describe('verify', () => {
  it('finds nothing wrong in a database that nobody touched, and tells how far it is', async () => {
    const progress: number[] = []
    expect(await store.verify((blocks) => progress.push(blocks))).toEqual({ cells: 2, blocks: 7, mismatches: [] })
    expect(progress.at(-1)).toBe(7)
  })

  it.each([
    ['columns', 0],
    ['columns', 700],
    ['digest', 31],
    ['tally', 0],
    ['tally', 20],
    ['tally', 60],
  ])("finds one flipped byte of a block's %s, at %i", async (column, byte) => {
    await runSql(
      url,
      `UPDATE blocks SET ${column} = set_byte(${column}, $1::int, get_byte(${column}, $1::int) # 1)
       WHERE index = 1 AND cell = (SELECT key FROM cells WHERE id = $2)`,
      [byte, CELL],
    )
    expect((await details()).filter((detail) => detail.startsWith('1: '))).not.toEqual([])
  })

  it('finds one flipped byte of a block that a sweep reads in part, and says that its row cannot be recomputed', async () => {
    await runSql(
      url,
      `UPDATE blocks SET columns = set_byte(columns, 700, get_byte(columns, 700) # 1)
       WHERE index = 2 AND cell = (SELECT key FROM cells WHERE id = $1)`,
      [CELL],
    )
    expect(await details()).toEqual([
      expect.stringMatching(/^2: /),
      expect.stringMatching(/^cell: its row of sweep sw-\w+ cannot be recomputed/),
    ])
  })

  it.each([
    ['UPDATE cells SET tally = set_byte(tally, 1, get_byte(tally, 1) # 1) WHERE id = $1', /its tally differs from the sum/],
    ['UPDATE cells SET prefix_blocks = 4 WHERE id = $1', /its prefix is 4 blocks with 0 gaps; its blocks give 5 with 0/],
    ['UPDATE cells SET prefix_gaps = 1 WHERE id = $1', /its prefix is 5 blocks with 1 gaps/],
    ['DELETE FROM blocks WHERE index = 4 AND cell = (SELECT key FROM cells WHERE id = $1)', /its blocks give 4 with 0/],
    [`INSERT INTO gaps SELECT key, 3, '' FROM cells WHERE id = $1`, /^3: is recorded and a gap at once/m],
    [
      `UPDATE sweep_cells SET tally = set_byte(tally, 1, get_byte(tally, 1) # 1)
       WHERE cell = (SELECT key FROM cells WHERE id = $1)`,
      /its row of sweep sw-\w+ has another tally/,
    ],
    [
      `UPDATE sweep_cells SET digest = set_byte(digest, 9, get_byte(digest, 9) # 1)
       WHERE cell = (SELECT key FROM cells WHERE id = $1)`,
      /has another digest/,
    ],
    [`UPDATE sweep_cells SET gaps = 1 WHERE cell = (SELECT key FROM cells WHERE id = $1)`, /number of lost trials/],
    [`UPDATE sweep_cells SET engines = '{}' WHERE cell = (SELECT key FROM cells WHERE id = $1)`, /list of engines/],
    [
      `UPDATE sweep_cells SET tally = NULL, digest = NULL WHERE cell = (SELECT key FROM cells WHERE id = $1)`,
      /its row of sweep sw-\w+ is open although 250 trials are there/,
    ],
  ])('finds what somebody changed: %s', async (statement, detail) => {
    await runSql(url, statement, [CELL])
    expect((await details()).join('\n')).toMatch(detail)
  })

  it('finds a sweep that is done without all its cells', async () => {
    await runSql(url, `UPDATE sweeps SET state = 'done', finished_at = now()`)
    const { mismatches } = await store.verify()
    expect(mismatches).toEqual([
      { cell: wish(2, 0).cell, block: null, detail: expect.stringContaining('is done without this cell') },
    ])
  })

  it('sees one moment: what is recorded meanwhile is no mismatch', async () => {
    const recording = (async () => {
      for (let index = 5; index < 40; index += 1) await store.recordBlocks(CELL, aliveBlocks(1, index, 1), TEST_ENGINE)
    })()
    for (let round = 0; round < 10; round += 1) expect((await store.verify()).mismatches).toEqual([])
    await recording
  })

  it('goes through a cell of more blocks than a page of 400, with a gap at its end', async () => {
    await store.createSweep({ name: 'long', source: {}, cells: [wish(3, 90_150)] })
    await store.recordBlocks(wish(3, 0).cell, aliveBlocks(3, 0, 901), TEST_ENGINE)
    await store.issue([chunkOfSeed(3, 901, 1, 'lost')])
    for (const time of [1, 2, 3]) await store.fail('lost', `fault ${time}`)
    expect(await store.verify()).toEqual({ cells: 3, blocks: 908, mismatches: [] })
  })
})
