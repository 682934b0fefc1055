import { setTimeout as delay } from 'node:timers/promises'
import type { Backends } from '@collapsar/standalone'
import { trialFlops, BLOCK_TRIALS } from '@collapsar/sweep'
import type { CellProgress, PlanDocument } from '@collapsar/sweep'
import type { Invocation } from './command.ts'
import { progressLine, roundLine } from './progress-line.ts'

const POLL_MS = 250
/** Pause between two looks, in the time that one takes. */
const PAUSE_PER_LOOK = 4
/** Off a terminal a line is written each time this much more is done. */
const PLAIN_STEP = 0.1

/** Shows how a sweep comes along until it is not active any more, or the signal aborts. */
export async function followSweep(
  { terminal, signal }: Invocation,
  store: Backends['store'],
  id: string,
  plan: PlanDocument,
): Promise<void> {
  const started = performance.now()
  const initial = doneBlocks(await store.progress(id))
  let announced = 0
  let rounds = 0
  let pauseMs = POLL_MS
  const look = patiently(() => Promise.all([store.sweep(id), store.progress(id)]))
  while (!signal.aborted) {
    const asked = performance.now()
    const seen = await look()
    // Looking at thousands of cells takes long: the planner needs the database more than the progress does.
    pauseMs = Math.max(POLL_MS, PAUSE_PER_LOOK * (performance.now() - asked))
    if (seen === null) continue
    const [record, cells] = seen
    const fraction = doneFlops(cells)
    const seconds = (performance.now() - started) / 1000
    const isInRounds = record !== null && (record.adaptive || record.rounds > 0)
    const line = isInRounds
      ? roundLine({ fraction, seconds, counted: doneBlocks(cells) * BLOCK_TRIALS, round: record.rounds + 1 })
      : progressLine({ fraction, seconds, trained: (doneBlocks(cells) - initial) * BLOCK_TRIALS, toRun: plan.trials.toRun })
    if (record !== null && record.rounds > rounds) {
      rounds = record.rounds
      announced = 0
    }
    terminal.status(line)
    if (!terminal.interactive && fraction >= announced + PLAIN_STEP) {
      announced = fraction
      terminal.message(line)
    }
    if (record === null || record.state !== 'active') return
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

/** How long a database may be away, restarting, before the run gives up, in milliseconds. */
const PATIENCE_MS = 20_000

/** Calls `look`; null while it fails, its error once it has failed for too long. */
function patiently<T>(look: () => Promise<T>): () => Promise<T | null> {
  let failingSince: number | null = null
  return async () => {
    try {
      const seen = await look()
      failingSince = null
      return seen
    } catch (error) {
      failingSince ??= performance.now()
      if (performance.now() - failingSince > PATIENCE_MS) throw error
      await delay(POLL_MS)
      return null
    }
  }
}

function settledBlocks(cell: CellProgress): number {
  return Math.min(cell.prefixBlocks, cell.goalBlocks) + cell.settled.length
}

function doneBlocks(cells: readonly CellProgress[]): number {
  return cells.reduce((sum, cell) => sum + settledBlocks(cell), 0)
}

/** The share of the work that is done, by the cost model: a deep cell counts for more than a shallow one. */
function doneFlops(cells: readonly CellProgress[]): number {
  const total = cells.reduce((sum, cell) => sum + cell.goalBlocks * trialFlops(cell.spec), 0)
  const done = cells.reduce((sum, cell) => sum + settledBlocks(cell) * trialFlops(cell.spec), 0)
  return total === 0 ? 1 : done / total
}
