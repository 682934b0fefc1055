import { createCpuEngine } from '@collapsar/engine-cpu'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import { expect } from 'vitest'
import { documentOf, runInLaboratory } from '../support/laboratory.ts'
import { strength } from './form.ts'
import type { Servers } from './installation.ts'

/** Initializations of each of the two cells of a wave. */
const INITS = strength(2000, 800, 800)
const STEPS = strength(20_000, 20_000, 5_000)

/**
 * What is trained while faults strike, one sweep after another, told apart by their seeds. Minibatches, width 4 and over 90% of
 * the networks alive, so that order, neighbours and streams all matter; a block takes some tenths of a second, so that there
 * is time to strike.
 */
export function wave(seed: number): Record<string, unknown> {
  return {
    name: `wave ${seed}`,
    grid: { depth: [4, 5], width: 4 },
    inits: INITS,
    seed,
    training: { batch: 32, steps: STEPS },
  }
}

/** A wave whose blocks take milliseconds: where a process is broken once, and the sweep is but the occasion. */
export function ripple(seed: number): Record<string, unknown> {
  return { ...wave(seed), name: `ripple ${seed}`, inits: 600, training: { batch: 4, steps: 100 } }
}

/** A sweep that was run in one process without any fault. */
export interface Calm {
  readonly digests: readonly CellBits[]
  readonly seconds: number
}

/** What two runs agree on when they agree on every bit recorded. */
type CellBits = readonly [cell: string, digest: string | null, trials: number, gaps: number]

export const bitsOf = (document: SweepDocument): CellBits[] =>
  document.cells.map(({ cell, digest, trials, gaps }) => [cell, digest, trials, gaps] as const)

const known = new Map<string, Promise<Calm>>()

/** Runs a sweep in calm, once: it is the measure of every scenario. */
export function calm(servers: Servers, source: Readonly<Record<string, unknown>>): Promise<Calm> {
  const key = JSON.stringify(source)
  const run = known.get(key) ?? runCalm(servers, source)
  known.set(key, run)
  return run
}

async function runCalm({ databases }: Servers, source: unknown): Promise<Calm> {
  const engine = createCpuEngine({ threads: 2 })
  try {
    const databaseUrl = await databases.createDatabase()
    const started = performance.now()
    const document = await runInLaboratory(source, { databaseUrl, engine })
    const seconds = (performance.now() - started) / 1000
    expectLively(document)
    return { digests: bitsOf(document), seconds }
  } finally {
    await engine.close()
  }
}

/** A sweep of dead networks would have the same digests whatever went wrong in their training. */
function expectLively(document: SweepDocument): void {
  for (const cell of document.cells) {
    expect(cell.outcomes.born_dead + cell.outcomes.died_in_training).toBeLessThan(0.7 * cell.trials)
    expect(cell.digest).toMatch(/^[0-9a-f]{64}$/)
  }
}

export async function submit(store: Store, source: unknown): Promise<string> {
  return (await store.createSweep(parseSweep(source))).sweep.id
}

export async function isDone(store: Store, id: string): Promise<boolean> {
  return (await store.sweep(id))?.state === 'done'
}

/** The golden rule of a sweep: there, done, every trial counted once, each bit as in calm. */
export async function expectGolden(store: Store, id: string, { digests }: Calm): Promise<void> {
  expect((await store.sweep(id))?.state).toBe('done')
  expect(bitsOf(await documentOf(store, id))).toEqual(digests)
}
