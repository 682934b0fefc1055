import type { Store, SweepRecord } from '@collapsar/store'
import { nextGoals, planRound, untilNow } from '@collapsar/sweep'
import type { CellProgress, Until } from '@collapsar/sweep'
import type { Logger } from 'pino'

/**
 * Decides the further rounds of an adaptive sweep that has all it asked for, one after another as long as the trials they ask for
 * exist already. Decisions come from complete counts alone, and the store takes each of them once, whoever made it.
 */
export async function advance({ store, log }: { store: Store; log: Logger }, sweep: SweepRecord): Promise<void> {
  const until = sweep.adaptive ? untilNow(sweep) : null
  if (until === null) return
  for (let round = sweep.rounds + 1; ; round += 1) {
    const progress = await store.progress(sweep.id)
    if (planRound(progress).kind !== 'done') return
    const goals = await goalsOf(store, sweep.id, { progress, until })
    if (!(await store.nextRound(sweep.id, round, goals, sweep.extension?.number ?? 0))) return
    log.info({ sweep: sweep.id, round, trials: goals?.reduce((sum, goal) => sum + goal, 0) ?? null }, goals === null ? 'rounds ended' : 'round decided')
    if (goals === null) return
  }
}

interface Standing {
  readonly progress: readonly CellProgress[]
  readonly until: Until
}

async function goalsOf(store: Store, id: string, { progress, until }: Standing): Promise<readonly number[] | null> {
  if (until.maxDeviceSeconds !== null && deviceSeconds(progress) >= until.maxDeviceSeconds) return null
  return nextGoals(await store.sweepCells(id), until)
}

/** What the sweep's blocks take at the measured speed of their cells, those included that existed before it. */
function deviceSeconds(progress: readonly CellProgress[]): number {
  return progress.reduce((sum, { goalBlocks, secondsPerBlock }) => sum + goalBlocks * (secondsPerBlock ?? 0), 0)
}
