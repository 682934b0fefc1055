import { addTallies, cellId, encodeMeasurement } from '@collapsar/sweep'
import type { EncodedBlock, EncodedMeasurement, Tally } from '@collapsar/sweep'
import { measurementSets } from '@collapsar/trial'
import type { Numerics, TrialSpec } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { aliveBlock, TEST_ENGINE, trialSpec } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened), { poolSize: 8 })

interface Loose {
  readonly cell: string
  readonly spec: TrialSpec
  readonly sweep: string
}

/** A cell of `goal` blocks whose bits are one card's own. */
async function looseCell(seed: number, goal: number, { measure = [], numerics = 'webgpu-f32/1' }: { measure?: readonly 'facts'[]; numerics?: Numerics } = {}): Promise<Loose> {
  const spec = { ...trialSpec(seed), numerics }
  const cell = cellId(spec)
  const { sweep } = await store.createSweep({ name: `map ${seed}`, source: {}, cells: [{ cell, spec, inits: 100 * goal }], measure })
  return { cell, spec, sweep: sweep.id }
}

/** Block `index` as a card trains it; each card to other bits. */
function trainedBy(card: number, index: number): EncodedBlock {
  return aliveBlock(1000 + card, index)
}

async function tallyOfCell({ cell, spec }: Loose): Promise<Tally> {
  const [counts] = await store.cellCounts([{ cell, spec }])
  return counts!.tally
}

async function storedDigests({ cell }: Loose): Promise<Record<number, string>> {
  const rows = await runSql<{ index: number; digest: string }>(
    url,
    `SELECT index, encode(digest, 'hex') AS digest FROM blocks WHERE cell = (SELECT key FROM cells WHERE id = $1)`,
    [cell],
  )
  return Object.fromEntries(rows.map(({ index, digest }) => [index, digest]))
}

function hex({ digest }: EncodedBlock): string {
  return Buffer.from(digest).toString('hex')
}

/** Every order of the items. */
function orders<T>(items: readonly T[]): T[][] {
  return items.length === 0 ? [[]] : items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}

describe('a block that was trained to two results where bits are not portable', () => {
  it('counts once, as it came first, in every order relative to the prefix, in one call and in several', async () => {
    const events = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]] as const
    for (const [seed, order] of orders(events).entries()) {
      const blocks = order.map(([card, index]) => trainedBy(card, index))
      const first = [0, 1, 2].map((index) => blocks.find((block) => block.index === index)!)
      const loose = await looseCell(seed, 3)
      // In one call, in one each, and the first two in one.
      const calls = seed % 3 === 0 ? [blocks] : seed % 3 === 1 ? blocks.map((block) => [block]) : [blocks.slice(0, 2), blocks.slice(2)]
      let [recorded, duplicate] = [0, 0]
      for (const call of calls) {
        const counts = await store.recordBlocks(loose.cell, call, TEST_ENGINE)
        recorded += counts.recorded
        duplicate += counts.duplicate
      }
      expect([recorded, duplicate]).toEqual([3, 2])
      expect(await tallyOfCell(loose)).toEqual(addTallies(first.map(({ tally }) => tally)))
      expect(await storedDigests(loose)).toEqual(Object.fromEntries(first.map((block) => [block.index, hex(block)])))
    }
    expect(await store.finishSweeps()).toHaveLength(120)
    expect(await store.verify()).toEqual({ cells: 120, blocks: 360, mismatches: [] })
  })

  it('says which blocks of a call were the first, ends the chunk of the others, and opens no audit', async () => {
    await store.setAuditShare(1)
    const loose = await looseCell(1, 4)
    const chunk = { id: 'k', cell: loose.cell, engine: 'webgpu', firstBlock: 0, blocks: 4 } as const
    expect(await store.issue([chunk])).toHaveLength(1)
    await store.recordBlocks(loose.cell, [trainedBy(0, 1), trainedBy(0, 3)], TEST_ENGINE)
    const blocks = [0, 1, 2, 3].map((index) => trainedBy(1, index))
    const counts = await store.record({ chunk, blocks, engine: { id: 'webgpu', version: '1' }, worker: 'card-1', seconds: 8 })
    expect(counts).toEqual({ recorded: 2, duplicate: 2, fresh: [0, 2] })
    expect(await store.unfinished('webgpu')).toEqual([])
    expect((await store.progress(loose.sweep))[0]?.secondsPerBlock).toBe(2)
    expect(await tallyOfCell(loose)).toEqual(addTallies([blocks[0]!, trainedBy(0, 1), blocks[2]!, trainedBy(0, 3)].map(({ tally }) => tally)))
    expect(await store.audits(10)).toEqual([])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('fills a gap once', async () => {
    const loose = await looseCell(1, 3)
    await store.recordBlocks(loose.cell, [trainedBy(0, 0), trainedBy(0, 2)], TEST_ENGINE)
    await store.issue([{ id: 'k', cell: loose.cell, engine: 'webgpu', firstBlock: 1, blocks: 1 }])
    for (const time of [1, 2, 3]) await store.fail('k', `fault ${time}`)
    expect(await store.recordBlocks(loose.cell, [trainedBy(1, 1), trainedBy(0, 1), trainedBy(1, 2)], TEST_ENGINE)).toMatchObject({ recorded: 1, duplicate: 2 })
    expect(await tallyOfCell(loose)).toEqual(addTallies([trainedBy(0, 0), trainedBy(1, 1), trainedBy(0, 2)].map(({ tally }) => tally)))
    expect(await store.gaps(loose.sweep)).toEqual([])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('is refused as before where bits are portable, and fails alone among those handed in at the same time', async () => {
    const [loose, strict] = [await looseCell(1, 1), await looseCell(1, 1, { numerics: 'ieee-f32/1' })]
    const hand = (card: number) => [loose, strict].map(({ cell }) => store.recordBlocks(cell, [trainedBy(card, 0)], TEST_ENGINE))
    await Promise.all(hand(0))
    const [again, refused] = await Promise.allSettled(hand(1))
    expect(again).toMatchObject({ status: 'fulfilled', value: { recorded: 0, duplicate: 1 } })
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'damaged', message: expect.stringContaining('Block 0 of cell') } })
  })

  it('never makes a tally of anything but the stored blocks: 4 cards at once, at random', async () => {
    const random = randomNumbers(20)
    const cells = [await looseCell(1, 12), await looseCell(2, 12, { numerics: 'tfjs-f32/1' })]
    for (let round = 0; round < 15; round += 1) {
      await Promise.all(
        [0, 1, 2, 3].map((card) => {
          const indices = new Set(Array.from({ length: 1 + random(4) }, () => random(12)))
          return store.recordBlocks(cells[random(2)]!.cell, [...indices].map((index) => trainedBy(card, index)), TEST_ENGINE)
        }),
      )
      for (const loose of cells) {
        const { prefix, sum } = await storedPrefix(loose)
        expect(await store.progress(loose.sweep)).toMatchObject([{ prefixBlocks: prefix }])
        expect(await tallyOfCell(loose)).toEqual(sum)
      }
    }
    // 4 recordings of a block were offered each; 15 x 4 calls of 2.5 blocks on average for 24 places.
    expect((await store.verify()).blocks).toBeGreaterThan(20)
    expect((await store.verify()).mismatches).toEqual([])
  })
})

/** What the stored blocks add up to, from their digests alone: each names the card that trained it. */
async function storedPrefix(loose: Loose): Promise<{ prefix: number; sum: Tally }> {
  const digests = await storedDigests(loose)
  const blocks: EncodedBlock[] = []
  for (let index = 0; digests[index] !== undefined; index += 1) {
    blocks.push([0, 1, 2, 3].map((card) => trainedBy(card, index)).find((block) => hex(block) === digests[index])!)
  }
  return { prefix: blocks.length, sum: addTallies(blocks.map(({ tally }) => tally)) }
}

/** Numbers in [0, n) from a seed (Knuth, MMIX, as in The Art of Computer Programming 2, 3.3.4, table 1). */
function randomNumbers(seed: number): (n: number) => number {
  let state = BigInt(seed)
  return (n) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n
    return Number((state >> 33n) % BigInt(n))
  }
}

describe('what was measured where bits are not portable', () => {
  const FACTS = { name: 'facts', version: measurementSets.facts.version } as const
  const OTHER_BITS = 'facts: it was measured where the block came out with other bits than are recorded'

  /** All zero but the step at which trials ended, which names the card. */
  function factsBy(card: number, spec: TrialSpec, index: number): EncodedMeasurement {
    const values = measurementSets.facts.columns(spec).map(({ type }, column) => {
      const filled = new (type === 'f32' ? Float32Array : type === 'u8' ? Uint8Array : Uint32Array)(100)
      return column === 1 ? filled.fill(card) : filled
    })
    return encodeMeasurement(spec, { index, set: FACTS, values })
  }

  /** @param facts the card whose facts come with the blocks; it differs from `card` where a measurement itself has no portable bits */
  async function measureBy(card: number, loose: Loose, indices: readonly number[], facts = card) {
    return store.record({
      chunk: { id: `${card}-${indices.join('-')}`, cell: loose.cell, engine: 'webgpu', firstBlock: indices[0]!, blocks: indices.length },
      blocks: indices.map((index) => trainedBy(card, index)),
      measurements: indices.map((index) => factsBy(facts, loose.spec, index)),
      engine: TEST_ENGINE,
      worker: `card-${card}`,
      seconds: 1,
    })
  }

  async function cardsMeasured({ cell }: Loose): Promise<Record<number, number>> {
    const { trials, values } = (await store.measurements(cell, 'facts', 100_000))!
    return Object.fromEntries(Array.from(trials, (trial, i) => [trial / 100, values[1]![i]!]).filter(([block]) => Number.isInteger(block)))
  }

  it('counts where the block came out as it is recorded; elsewhere the set is given up, and no sweep waits', async () => {
    const loose = await looseCell(1, 3, { measure: ['facts'] })
    await store.recordBlocks(loose.cell, [trainedBy(0, 0), trainedBy(1, 1)], TEST_ENGINE)
    expect(await store.finishSweeps()).toEqual([])
    expect(await measureBy(0, loose, [0, 1, 2])).toEqual({ recorded: 1, duplicate: 2, fresh: [2] })
    expect(await cardsMeasured(loose)).toEqual({ 0: 0, 2: 0 })
    expect(await store.gaps(loose.sweep)).toEqual([{ cell: loose.cell, block: 1, reason: OTHER_BITS }])
    expect(await store.finishSweeps()).toEqual([loose.sweep])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('is filled when the card that trained the block measures it, and stays whatever comes later', async () => {
    const loose = await looseCell(1, 1, { measure: ['facts'] })
    await store.recordBlocks(loose.cell, [trainedBy(0, 0)], TEST_ENGINE)
    await measureBy(1, loose, [0])
    expect(await store.finishSweeps()).toEqual([loose.sweep])
    expect(await store.retryGaps(loose.sweep)).toBe(1)
    await measureBy(0, loose, [0])
    expect(await store.finishSweeps()).toEqual([loose.sweep])
    await measureBy(1, loose, [0])
    await measureBy(0, loose, [0], 7)
    expect(await cardsMeasured(loose)).toEqual({ 0: 0 })
    expect(await store.gaps(loose.sweep)).toEqual([])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('belongs to the first of two that measure one block at the same time', async () => {
    const loose = await looseCell(1, 40, { measure: ['facts'] })
    const indices = Array.from({ length: 40 }, (_, index) => index)
    await Promise.all(indices.flatMap((index) => [measureBy(index % 2, loose, [index]), measureBy(1 - (index % 2), loose, [index])]))
    const digests = await storedDigests(loose)
    const cards = indices.map((index) => [0, 1].findIndex((card) => hex(trainedBy(card, index)) === digests[index]))
    expect(await cardsMeasured(loose)).toEqual(Object.fromEntries(cards.entries()))
    expect(await store.finishSweeps()).toEqual([loose.sweep])
  })
})
