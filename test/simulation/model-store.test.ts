import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import type { Chunk, Tally } from '@collapsar/sweep'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { aliveBlocks } from '../support/blocks.ts'
import { createModelStore, range } from './model-store.ts'
import type { ModelStore } from './model-store.ts'
import { createDice } from './turns.ts'
import type { Dice } from './turns.ts'

const SEEDS = [1, 2, 3]
const OPERATIONS = 50

const SWEEPS = [
  { grid: { depth: [3, 4], width: 2 }, inits: 600 },
  { grid: { depth: [4, 5], width: 2 }, inits: 350 },
  { grid: { depth: 3, width: 2 }, inits: 900 },
].map((source) => parseSweep(source))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.close())

/** The same acts on both, and what both say of them. */
interface Twins {
  readonly real: Store
  readonly model: ModelStore
  readonly dice: Dice
  /** Names of the model's sweeps beside those of Postgres. */
  readonly ids: Map<string, string>
  readonly chunks: Chunk[]
}

it.each(SEEDS)('answers as Postgres does, whatever is asked of it (seed %i)', async (seed) => {
  const real = await openStore({ databaseUrl: await server.createDatabase() })
  const noTally = (): Tally => {
    throw new Error('counts are not compared here')
  }
  const twins: Twins = { real, model: createModelStore(noTally), dice: createDice(seed), ids: new Map(), chunks: [] }
  try {
    for (let operation = 0; operation < OPERATIONS; operation += 1) {
      const acts = [submit, issue, issue, issue, record, record, fail, fail, fail, cancel, pause, resume, extend, finish, retry]
      await twins.dice.pick(acts)(twins)
      await expectEqual(twins)
    }
    expect((await real.verify()).mismatches).toEqual([])
  } finally {
    await real.close()
  }
})

async function submit({ real, model, ids }: Twins): Promise<void> {
  const sweep = SWEEPS[ids.size]
  if (sweep === undefined) return
  ids.set(model.createSweep(sweep), (await real.createSweep(sweep)).sweep.id)
}

/** Of any blocks: taken, recorded, lost or beyond what was asked. */
async function issue({ real, model, dice, chunks }: Twins): Promise<void> {
  const wanted = range(0, 3).map((index): Chunk => {
    const { cell } = dice.pick(dice.pick(SWEEPS).cells)
    return { id: `c${chunks.length + index}`, cell, engine: 'cpu', firstBlock: dice.below(8), blocks: 1 + dice.below(3) }
  })
  // Both are asked for one after another: of chunks that overlap in one call, either may be the one that is taken.
  for (const chunk of wanted) {
    const [issued] = await real.issue([chunk])
    expect(await model.issue([chunk])).toEqual(issued === undefined ? [] : [chunk])
    chunks.push(chunk)
  }
}

async function record({ real, model, dice, chunks }: Twins): Promise<void> {
  if (chunks.length === 0) return
  const chunk = dice.pick(chunks)
  if (model.cells.get(chunk.cell) === undefined) return
  const result = { chunk, blocks: aliveBlocks(1, chunk.firstBlock, chunk.blocks), engine: { id: 'cpu-test', version: '1' }, worker: 'w', seconds: 1 }
  expect(model.record(result)).toEqual(await real.record(result))
}

async function fail({ real, model, dice }: Twins): Promise<void> {
  const live = [...model.chunks.keys()]
  if (live.length === 0) return
  const id = dice.pick(live)
  expect(model.fail(id)).toBe(await real.fail(id, 'poison'))
}

async function cancel({ real, model, dice, ids }: Twins): Promise<void> {
  if (ids.size === 0 || !dice.chance(0.3)) return
  const [mine, other] = dice.pick([...ids])
  if (model.sweeps.get(mine)?.state !== 'active') return
  expect(model.setState(mine, 'cancelled').toSorted()).toEqual((await real.cancel(other)).dropped.toSorted())
}

async function pause({ real, model, dice, ids }: Twins): Promise<void> {
  const [mine, other] = pickIn('active', { model, dice, ids })
  if (mine === undefined || other === undefined) return
  expect(model.setState(mine, 'paused').toSorted()).toEqual((await real.pause(other)).dropped.toSorted())
}

async function resume({ real, model, dice, ids }: Twins): Promise<void> {
  const [mine, other] = pickIn('paused', { model, dice, ids })
  if (mine === undefined || other === undefined) return
  model.setState(mine, 'active')
  expect((await real.resume(other)).state).toBe('active')
}

async function extend({ real, model, dice, ids }: Twins): Promise<void> {
  const [mine, other] = pickIn(dice.pick(['active', 'paused', 'done']), { model, dice, ids })
  if (mine === undefined || other === undefined) return
  const inits = Math.max(...model.sweeps.get(mine)!.cells.map((cell) => cell.inits)) + 100
  model.extend(mine, inits)
  await real.extend(other, { inits })
}

/** A sweep in this state, if there is one. */
function pickIn(state: string, { model, dice, ids }: Pick<Twins, 'model' | 'dice' | 'ids'>): readonly [mine?: string, other?: string] {
  const fitting = [...ids].filter(([mine]) => model.sweeps.get(mine)?.state === state)
  return fitting.length === 0 ? [] : dice.pick(fitting)
}

async function finish({ real, model, ids }: Twins): Promise<void> {
  expect((await model.finishSweeps()).map((id) => ids.get(id)).toSorted()).toEqual((await real.finishSweeps()).toSorted())
}

async function retry({ real, model, dice, ids }: Twins): Promise<void> {
  if (ids.size === 0) return
  const [mine, other] = dice.pick([...ids])
  if (model.sweeps.get(mine)?.state === 'cancelled') return
  expect(model.retryGaps(mine)).toBe(await real.retryGaps(other))
}

async function expectEqual({ real, model, ids }: Twins): Promise<void> {
  expect(await model.unfinished('cpu')).toEqual(await real.unfinished('cpu'))
  for (const [mine, other] of ids) {
    const progress = (await real.progress(other)).map((cell) => ({ ...cell, secondsPerBlock: null }))
    expect(await model.progress(mine)).toEqual(progress)
    expect((await model.sweep(mine))?.state).toBe((await real.sweep(other))?.state)
    const gaps = (await real.gaps(other)).map(({ cell, block }) => `${cell} ${block}`)
    expect((await model.gaps(mine)).map(({ cell, block }) => `${cell} ${block}`).toSorted()).toEqual(gaps.toSorted())
  }
}
