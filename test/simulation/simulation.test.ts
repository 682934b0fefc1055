import { addTallies, BLOCK_TRIALS, EMPTY_TALLY, parseSweep, tallyOf } from '@collapsar/sweep'
import type { Tally } from '@collapsar/sweep'
import type { TrialRecord } from '@collapsar/trial'
import { afterEach, expect, it, vi } from 'vitest'
import { startPlanner, startWorker } from './laboratory.ts'
import type { Laboratory } from './laboratory.ts'
import { createModelQueue } from './model-queue.ts'
import { createModelStore, goal, overlap, range } from './model-store.ts'
import type { ModelStore, ModelSweep } from './model-store.ts'
import { createDice, createTurns } from './turns.ts'

/** `SEED=n npx vitest run test/simulation` repeats the one that failed. */
const SEEDS = process.env['SEED'] === undefined ? range(0, 500) : [Number(process.env['SEED'])]

/** Turns in which faults strike, and turns in which everything must come to its end. */
const FAULTY_TURNS = 250
const CALM_TURNS = 8000

/** Sweeps that clients submit: of cells that overlap, of part blocks, and one that decides in rounds how much it needs. */
const SOURCES = [
  { grid: { depth: [3, 4], width: 2 }, inits: 700 },
  { grid: { depth: [4, 5, 6], width: 2 }, inits: 450 },
  { grid: { depth: 5, width: 2 }, inits: 1500 },
  { grid: { depth: [3, 6], width: 2 }, until: { decide: [0.1], maxInits: 1200 } },
]
const SWEEPS: readonly ModelSweep[] = SOURCES.map((source) => parseSweep(source))

/** Every hundred-th part of the trials that collapses, by depth: the measurement that rounds decide from. */
const COLLAPSE_PERCENT: Readonly<Record<number, number>> = { 3: 2, 4: 9, 5: 30, 6: 11 }
const DEPTHS = new Map(SWEEPS.flatMap(({ cells }) => cells.map(({ cell, spec }) => [cell, spec.depth] as const)))
const tallies = new Map<string, Tally>()

/** What the first trials of a block add up to: a function of cell and block alone, as training is. */
function blockTally(cell: string, block: number, trials: number): Tally {
  const key = `${cell} ${block} ${trials}`
  const known = tallies.get(key) ?? tallyOf(range(0, trials).map((index) => trialRecord(DEPTHS.get(cell) ?? 0, block * BLOCK_TRIALS + index)))
  tallies.set(key, known)
  return known
}

function trialRecord(depth: number, trial: number): TrialRecord {
  const collapsed = createDice(1000 * depth + trial).below(100) < (COLLAPSE_PERCENT[depth] ?? 0)
  const outcome = collapsed ? 'died_in_training' : 'converged'
  return { outcome, deadLayer: collapsed ? 1 : 0, deathCheck: 0, loss: 0.5, value: 0, pieces: 1, checksum: trial }
}

function openLaboratory(seed: number, poison: ReadonlySet<string> = new Set()): Laboratory {
  const dice = createDice(seed)
  const lab: Laboratory = {
    store: createModelStore(blockTally),
    queue: createModelQueue(),
    turns: createTurns(dice),
    dice,
    toll: { crashes: 0, stops: 0, flushes: 0, redeliveries: 0, refusals: 0, lostAnswers: 0, duplicates: 0, trainedBlocks: 0, failures: 0 },
    now: 0,
    started: 0,
    old: () => undefined,
    trouble: 0,
    poison,
  }
  vi.spyOn(performance, 'now').mockImplementation(() => lab.now * 1000)
  return lab
}

afterEach(() => {
  vi.restoreAllMocks()
})

const PROCESSES = ['planner', 'worker', 'worker', 'worker'] as const
type Role = (typeof PROCESSES)[number] | 'rival'
/** Nominal flop per second: blocks of the cells above take two to four seconds, so chunks hold a few of them. */
const WORKER_SPEED = 5e8

function seen(lab: Laboratory): void {
  lab.store.workers = lab.turns
    .alive()
    .filter((name) => name.startsWith('worker'))
    .map((id) => ({ id, engine: 'cpu', threads: 1, flopsPerSecond: WORKER_SPEED, lastSeen: new Date(0) }))
}

/** One turn of a process, some time, and what is owed between any two turns. */
async function step(lab: Laboratory): Promise<void> {
  lab.now += lab.dice.below(100) / 50
  const { turns } = lab
  lab.queue.expire(lab.now, (name) => turns.alive().includes(name) && !turns.isStopped(name))
  seen(lab)
  await lab.turns.step()
  expectSound(lab.store)
}

function expectSound({ chunks, cells, sweeps }: ModelStore): void {
  const live = [...chunks.values()].map(({ chunk }) => chunk)
  for (const [index, chunk] of live.entries()) {
    const twin = live.slice(index + 1).find((other) => other.cell === chunk.cell && overlap(chunk, other))
    if (twin !== undefined) expect.fail(`two claims of one block: ${JSON.stringify([chunk, twin])}`)
    const asked = Math.max(...[...sweeps.values()].flatMap((sweep) => sweep.cells.filter(({ cell }) => cell === chunk.cell).map(({ inits }) => goal(inits))))
    if (chunk.firstBlock + chunk.blocks > asked) expect.fail(`more was claimed than anybody asked for: ${JSON.stringify(chunk)}`)
  }
  for (const sweep of sweeps.values()) {
    if (sweep.state !== 'done') continue
    const open = sweep.cells.filter(({ cell, inits }) => range(0, goal(inits)).some((block) => !isSettled(cells.get(cell)!, block)))
    if (open.length > 0) expect.fail(`${sweep.record.id} is done without ${JSON.stringify(open)}`)
  }
}

function isSettled(cell: { blocks: ReadonlySet<number>; gaps: ReadonlySet<number> }, block: number): boolean {
  return cell.blocks.has(block) || cell.gaps.has(block)
}

/** One thing that goes wrong, or that somebody wants. */
function disturb(lab: Laboratory): void {
  const { dice, queue, store, toll, turns } = lab
  const victim = dice.pick(turns.alive())
  const restore = queue.dump()
  dice.pick([
    () => {
      toll.crashes += 1
      turns.kill(victim)
      start(lab, roleOf(victim))
    },
    () => {
      toll.flushes += 1
      queue.flush()
    },
    () => {
      toll.redeliveries += 1
      queue.redeliver((list) => dice.pick(list))
    },
    () => {
      toll.stops += 1
      turns.stop(victim)
    },
    () => turns.alive().forEach(turns.resume),
    // A planner that has lost its lock without knowing it plans beside its successor, for a while.
    () => start(lab, 'rival'),
    () => killRivals(lab),
    () => (lab.now += 100),
    () => (lab.trouble = dice.pick([0, 0.05, 0.5])),
    () => (lab.old = restore),
    () => lab.old(),
    () => act(lab),
    () => act(lab),
    () => void (store.sweeps.size < SWEEPS.length && store.createSweep(SWEEPS[store.sweeps.size]!)),
  ])()
}

function killRivals({ turns }: Laboratory): void {
  for (const name of turns.alive()) if (name.startsWith('rival')) turns.kill(name)
}

/** What clients do to sweeps. */
function act({ dice, queue, store }: Laboratory): void {
  if (store.sweeps.size === 0) return
  const [id, sweep] = dice.pick([...store.sweeps])
  const dropping = (ids: readonly string[]) => void queue.drop(ids.map((chunk) => ({ id: chunk })))
  const isAdaptive = 'until' in (sweep.record.source as object)
  if (sweep.state === 'active') {
    dice.pick([
      () => dropping(store.setState(id, 'paused')),
      () => dropping(store.setState(id, 'paused')),
      () => dropping(store.setState(id, 'cancelled')),
      () => !isAdaptive && store.extend(id, dice.pick([900, 1650])),
    ])()
  } else if (sweep.state === 'paused') store.setState(id, 'active')
  else if (sweep.state === 'done') store.retryGaps(id)
}

/** A process under a new name: what its predecessor held in the queue is not its own. */
function start(lab: Laboratory, role: Role): void {
  lab.started += 1
  const name = `${role}-${lab.started}`
  if (role === 'worker') startWorker(lab, name)
  else startPlanner(lab, name)
}

function roleOf(name: string): Role {
  return name.slice(0, name.indexOf('-')) as Role
}

/** Some seeds have blocks that cannot be trained. */
function poisonOf(seed: number): ReadonlySet<string> {
  const dice = createDice(-1 - seed)
  if (!dice.chance(0.3)) return new Set()
  return new Set(range(0, 2).map(() => `${dice.pick([...DEPTHS.keys()])} ${dice.below(6)}`))
}

async function simulate(seed: number): Promise<Laboratory> {
  const lab = openLaboratory(seed, poisonOf(seed))
  lab.store.createSweep(SWEEPS[0]!)
  for (const role of PROCESSES) start(lab, role)
  for (let turn = 0; turn < FAULTY_TURNS; turn += 1) {
    if (lab.dice.chance(0.1)) disturb(lab)
    await step(lab)
  }
  while (lab.store.sweeps.size < SWEEPS.length) lab.store.createSweep(SWEEPS[lab.store.sweeps.size]!)
  await calmDown(lab)
  return lab
}

/** Without further trouble every sweep that is wanted comes to its end. */
async function calmDown(lab: Laboratory): Promise<void> {
  lab.trouble = 0
  killRivals(lab)
  lab.turns.alive().forEach(lab.turns.resume)
  for (const [id, { state }] of lab.store.sweeps) if (state === 'paused') lab.store.setState(id, 'active')
  for (let turn = 0; turn < CALM_TURNS && isUnfinished(lab.store); turn += 1) await step(lab)
  const open = [...lab.store.sweeps].filter(([, { state }]) => state === 'active').map(([id]) => id)
  expect(open, `unfinished after ${CALM_TURNS} calm turns`).toEqual([])
}

function isUnfinished({ sweeps }: ModelStore): boolean {
  return [...sweeps.values()].some(({ state }) => state === 'active')
}

/** Every sweep that was not cancelled counts each trial it asks for once, but for those of poisoned blocks. */
async function expectGolden({ store, poison }: Laboratory): Promise<void> {
  for (const [id, sweep] of store.sweeps) {
    if (sweep.state === 'cancelled') continue
    const counts = await store.sweepCells(id)
    expect(counts.map(({ tally }) => tally)).toEqual(sweep.cells.map(({ cell, inits }) => directTally(cell, inits, poison)))
    expect(counts.map(({ gaps, tally }) => gaps + tally.trials)).toEqual(sweep.cells.map(({ inits }) => inits))
  }
}

function directTally(cell: string, inits: number, poison: ReadonlySet<string>): Tally {
  const blocks = range(0, goal(inits)).filter((block) => !poison.has(`${cell} ${block}`))
  return addTallies([EMPTY_TALLY, ...blocks.map((block) => blockTally(cell, block, Math.min(BLOCK_TRIALS, inits - block * BLOCK_TRIALS)))])
}

async function calmly(): Promise<Laboratory> {
  const lab = openLaboratory(1)
  for (const sweep of SWEEPS) lab.store.createSweep(sweep)
  for (const role of PROCESSES) start(lab, role)
  await calmDown(lab)
  return lab
}

it('trains every block once when nothing goes wrong, and decides several rounds', async () => {
  const lab = await calmly()
  await expectGolden(lab)
  const blocks = [...lab.store.cells.values()].reduce((sum, cell) => sum + cell.blocks.size, 0)
  expect(lab.toll).toMatchObject({ trainedBlocks: blocks, duplicates: 0, crashes: 0 })
  expect(lab.store.sweeps.get('sw-3')!.rounds.length).toBeGreaterThan(2)
})

it(`counts and decides the same whatever goes wrong, ${SEEDS.length} seeds`, { timeout: 300_000 }, async () => {
  const { rounds } = (await calmly()).store.sweeps.get('sw-3')!
  const sum: Record<string, number> = {}
  for (const seed of SEEDS) {
    try {
      const lab = await simulate(seed)
      await expectGolden(lab)
      const adaptive = lab.store.sweeps.get('sw-3')!
      // Lost trials widen an interval, so a gap may change what is asked: without one the decisions are those of the calm run.
      if (lab.poison.size === 0 && adaptive.state === 'done') expect(adaptive.rounds).toEqual(rounds)
      for (const [what, count] of Object.entries(lab.toll)) sum[what] = (sum[what] ?? 0) + (count as number)
    } catch (cause) {
      throw new Error(`seed ${seed} fails; again alone: SEED=${seed} npx vitest run test/simulation`, { cause })
    }
  }
  if (SEEDS.length === 1) return
  // Everything that may go wrong did, often.
  for (const [what, count] of Object.entries(sum)) expect(count, what).toBeGreaterThan(SEEDS.length / 5)
})
