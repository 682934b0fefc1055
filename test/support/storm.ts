import { shareOut, planRound } from '@collapsar/sweep'
import type { Chunk, ChunkResult, EncodedBlock } from '@collapsar/sweep'
import type { NewSweep, Store, SweepRecord } from '@collapsar/store'
import { aliveBlock, TEST_ENGINE, wish } from './blocks.ts'

/** Uniform numbers in [0, 1): splitmix32, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Cells that the sweeps of a storm share: few, so that they are in each other's way, but more than one storm can fill. */
export const STORM_SEEDS: readonly number[] = Array.from({ length: 12 }, (_, i) => i + 1)
/** Most trials that a sweep of a storm comes to ask for of a cell. */
export const MOST_INITS = 3000

const encoded = new Map<string, EncodedBlock>()

function blockOf(seed: number, index: number): EncodedBlock {
  const key = `${seed} ${index}`
  const block = encoded.get(key) ?? aliveBlock(seed, index)
  encoded.set(key, block)
  return block
}

const SEED_OF_CELL = new Map(STORM_SEEDS.map((seed) => [wish(seed, 0).cell, seed]))

/** What a worker hands in for a chunk. */
function resultOf(chunk: Chunk, worker: string): ChunkResult {
  const seed = SEED_OF_CELL.get(chunk.cell) ?? 0
  const blocks = Array.from({ length: chunk.blocks }, (_, i) => blockOf(seed, chunk.firstBlock + i))
  return { chunk, blocks, engine: TEST_ENGINE, worker, seconds: 1 }
}

function randomSweep(random: () => number): NewSweep {
  const adaptive = random() < 0.25
  const inits = adaptive ? 100 : 50 + 50 * Math.floor(random() * 4)
  const seeds = STORM_SEEDS.filter(() => random() < 0.25)
  const cells = (seeds.length === 0 ? [1] : seeds).map((seed) => wish(seed, inits))
  return { name: 'storm', source: adaptive ? { until: { decide: [0.1], maxInits: 300 } } : { inits }, cells, adaptive }
}

/** What one call in a storm did. */
export interface StormFacts {
  /** Blocks that the store said it recorded. */
  recorded: number
  /** What each action threw, by its code; none but refusals are expected. */
  readonly refusals: Map<string, number>
}

/** One of several clients, planners and workers that act at random on one store. */
export function stormActor(store: Store, random: () => number, facts: StormFacts) {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  /** Chunks that this actor took in hand, some of which others drop or record meanwhile. */
  const inHand: Chunk[] = []
  const count = ({ recorded }: { readonly recorded: number }) => (facts.recorded += recorded)

  const issue = async () => {
    const sweeps = await store.activeSweeps()
    const open = await Promise.all(sweeps.map(async ({ id, owner, priority }) => ({ id, owner, priority, open: openOf(await store.progress(id)) })))
    inHand.push(...(await store.issue(cut(open, 1 + Math.floor(random() * 4), random))))
  }
  const record = async () => {
    const chunk = inHand.splice(Math.floor(random() * inHand.length), 1)[0]
    if (chunk !== undefined) count(await store.record(resultOf(chunk, 'storm')))
  }
  const fail = async () => {
    const chunk = pick(await store.unfinished('cpu'))
    if (chunk !== undefined) await store.fail(chunk.id, 'storm')
  }
  const round = async ({ id, rounds, adaptive }: SweepRecord) => {
    const cells = adaptive ? await store.sweepCells(id) : []
    const grown = cells.map(({ inits }) => Math.min(MOST_INITS, inits + 100))
    if (adaptive) await store.nextRound(id, rounds + 1, random() < 0.4 ? null : grown)
  }
  const extend = ({ id, source }: SweepRecord) => {
    const more = 100 * (1 + Math.floor(random() ** 2 * (MOST_INITS / 100)))
    return typeof source === 'object' && source !== null && 'until' in source ? store.extend(id, { maxInits: more }) : store.extend(id, { inits: more })
  }

  const onSweep: readonly (readonly [weight: number, act: (sweep: SweepRecord) => Promise<unknown>])[] = [
    [10, ({ id }) => store.pause(id)],
    [14, ({ id }) => store.resume(id)],
    [3, ({ id }) => store.cancel(id)],
    [10, extend],
    [6, ({ id }) => store.retryGaps(id)],
    [4, ({ id }) => store.remove(id)],
    [3, ({ id }) => store.label(id, { priority: Math.floor(random() * 21) - 10 })],
    [8, round],
  ]
  const alone: readonly (readonly [weight: number, act: () => Promise<unknown>])[] = [
    [6, () => store.createSweep(randomSweep(random), `key-${Math.floor(random() * 40)}`)],
    [16, issue],
    [30, record],
    [6, fail],
    [14, () => store.finishSweeps()],
    [2, async () => store.release((await store.unfinished('cpu')).slice(0, 1).map(({ id }) => id))],
  ]
  const choices = [
    ...alone,
    ...onSweep.map(([weight, act]) => [weight, async () => {
      const sweep = pick(await store.sweeps(20))
      return sweep === undefined ? undefined : act(sweep)
    }] as const),
  ]
  const total = choices.reduce((sum, [weight]) => sum + weight, 0)

  return async (): Promise<void> => {
    let left = random() * total
    const chosen = choices.find(([weight]) => (left -= weight) < 0) ?? choices[0]
    try {
      await chosen?.[1]()
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
      facts.refusals.set(code, (facts.refusals.get(code) ?? 0) + 1)
    }
  }
}

function openOf(progress: Parameters<typeof planRound>[0]) {
  const plan = planRound(progress)
  return plan.kind === 'round' ? plan.open : []
}

let named = 0
function cut(sweeps: Parameters<typeof shareOut>[0], count: number, random: () => number): readonly Chunk[] {
  const sizing = { flopsPerSecond: 1, targetSeconds: 1e12, maximumBlocks: 1 + Math.floor(random() * 3) }
  const identify = () => ({ id: `storm-${(named += 1)}`, engine: 'cpu' as const })
  return shareOut(sweeps, count, { sizing, leads: new Map(), identify }).chunks
}

/** Looks before it counts as not coming to an end. */
const MOST_LOOKS = 200

/** Planner and worker in one, calmly: until every sweep that may be is done. */
export async function finishCalmly(store: Store, facts: StormFacts): Promise<void> {
  for (const { id, state } of await store.sweeps(500)) {
    if (state === 'paused') await store.resume(id)
    if (state !== 'cancelled') await store.retryGaps(id)
  }
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    for (const chunk of await store.unfinished('cpu')) {
      const { recorded } = await store.record(resultOf(chunk, 'calm'))
      facts.recorded += recorded
    }
    await store.finishSweeps()
    const active = await store.activeSweeps()
    if (active.length === 0) return
    for (const { id, rounds, adaptive } of active) if (adaptive) await store.nextRound(id, rounds + 1, null)
    const open = await Promise.all(active.map(async ({ id, owner, priority }) => ({ id, owner, priority, open: openOf(await store.progress(id)) })))
    await store.issue(cut(open, 100, () => 0.99))
  }
  throw new Error(`sweeps are still active after ${MOST_LOOKS} looks`)
}
