import type { ChunkQueue } from '@collapsar/queue'
import type { Store } from '@collapsar/store'
import type { Chunk } from '@collapsar/sweep'
import { pino } from 'pino'
import { createFeeder } from '../../services/planner/src/feeder.ts'
import type { ModelQueue } from './model-queue.ts'
import type { ModelStore } from './model-store.ts'
import type { Dice, Turns } from './turns.ts'

/** What befell a simulation, so that a test can say that something did. */
export interface Toll {
  crashes: number
  stops: number
  flushes: number
  redeliveries: number
  refusals: number
  lostAnswers: number
  duplicates: number
  trainedBlocks: number
  failures: number
}

export interface Laboratory {
  readonly store: ModelStore
  readonly queue: ModelQueue
  readonly turns: Turns
  readonly dice: Dice
  readonly toll: Toll
  /** Seconds; goes on with every step, and jumps. */
  now: number
  /** Processes so far: each has a name of its own. */
  started: number
  /** Makes the queue what it was when somebody copied it. */
  old: () => void
  /** Probability that a call of a server is refused, and that its answer is lost after it did what it was asked. */
  trouble: number
  /** Blocks that make their training throw, as `cell block`. */
  readonly poison: ReadonlySet<string>
}

const QUIET = pino({ level: 'silent' })
const CHUNK_SECONDS = 8
/** Attempts of a worker to record what it trained, before it gives the chunk up. */
const RECORD_ATTEMPTS = 3

/** A call over the network: a turn of the process, and then perhaps trouble. */
function caller(lab: Laboratory, turn: () => Promise<void>) {
  const { dice, toll } = lab
  return async <T>(act: () => T | Promise<T>): Promise<T> => {
    await turn()
    if (dice.chance(lab.trouble)) {
      toll.refusals += 1
      throw new Error('connection refused')
    }
    const answer = await act()
    if (!dice.chance(lab.trouble)) return answer
    toll.lostAnswers += 1
    throw new Error('connection terminated before the answer came')
  }
}

/** Every method of an interface as a call over the network. */
function remote<T extends object>(target: T, call: ReturnType<typeof caller>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const method: unknown = Reflect.get(object, name)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => call(() => Reflect.apply(method, object, args) as unknown)
    },
  })
}

/** The product's feeder on the model, started again after each failure as the planner's loop does. */
export function startPlanner(lab: Laboratory, name: string): void {
  lab.turns.spawn(name, async (turn) => {
    const call = caller(lab, turn)
    const store = remote(lab.store, call) as unknown as Store
    const queue = remote(lab.queue, call) as unknown as ChunkQueue
    for (;;) {
      const feeder = createFeeder({ store, queue, log: QUIET }, { sweeps: 'lead', chunkSeconds: CHUNK_SECONDS })
      try {
        for (;;) {
          await feeder.tick()
          await turn()
        }
      } catch {
        await turn()
      }
    }
  })
}

/** What a worker does with a delivery (`services/worker/src/worker.ts`), without the arithmetic. */
export function startWorker(lab: Laboratory, name: string): void {
  lab.turns.spawn(name, async (turn) => {
    const call = caller(lab, turn)
    for (;;) {
      await turn()
      const chunk = lab.queue.fetch(name, lab.now)
      if (chunk === null) continue
      // Whatever came of it, the chunk leaves the queue: the planner offers it again as long as it lives.
      await handle(lab, chunk, { call, turn }).catch(() => undefined)
      await turn()
      lab.queue.acknowledge(name, chunk.id)
    }
  })
}

interface Means {
  readonly call: ReturnType<typeof caller>
  readonly turn: () => Promise<void>
}

async function handle(lab: Laboratory, chunk: Chunk, { call, turn }: Means): Promise<void> {
  const { store, toll, dice } = lab
  const work = await call(() => store.chunkSpec(chunk.id))
  if (work === null) return
  toll.trainedBlocks += work.chunk.blocks
  for (let turns = dice.below(6); turns > 0; turns -= 1) await turn()
  if (isPoisoned(lab, work.chunk)) {
    toll.failures += 1
    await call(() => store.fail(chunk.id))
    return
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { duplicate } = await call(() => store.record({ chunk: work.chunk }))
      toll.duplicates += duplicate
      return
    } catch (error) {
      if (attempt === RECORD_ATTEMPTS) throw error
    }
  }
}

function isPoisoned({ poison }: Laboratory, { cell, firstBlock, blocks }: Chunk): boolean {
  return Array.from({ length: blocks }, (_, offset) => `${cell} ${firstBlock + offset}`).some((block) => poison.has(block))
}
