import type { LiveWorker, Store } from '@collapsar/store'
import { engineKinds, planDocument } from '@collapsar/sweep'
import type { EngineKind, PlanDocument, PlanSpeed, Sweep } from '@collapsar/sweep'

/** A worker that has not been seen for this long is not counted on. */
export const WORKER_TIMEOUT_SECONDS = 30

/**
 * What the sweep would do now.
 * @throws CollapsarError `too-slow`
 */
export async function planOf(store: Store, sweep: Sweep, allowSlow: boolean): Promise<PlanDocument> {
  const [existing, measured, workers] = await Promise.all([
    store.existingTrials(sweep.cells),
    store.measuredTrials(sweep.cells, sweep.measure),
    store.liveWorkers(WORKER_TIMEOUT_SECONDS),
  ])
  const able = workers.filter(({ engine }) => canTrain(engine, sweep))
  return planDocument(sweep, existing, planSpeed(able), { allowSlow, measured })
}

/** Whether an engine of this kind is wanted for some cell of the sweep. */
function canTrain(kind: EngineKind, { engine, cells }: Sweep): boolean {
  return cells.some(({ spec }) => engineKinds(engine, spec.numerics).includes(kind))
}

/** The mean of what was measured; threads of the smallest worker for what was not. */
function planSpeed(workers: readonly LiveWorker[]): PlanSpeed {
  const measured = workers.flatMap((worker) => worker.flopsPerSecond ?? [])
  return {
    flopsPerSecond: measured.length === 0 ? null : measured.reduce((sum, speed) => sum + speed, 0) / measured.length,
    workers: workers.length,
    threads: workers.length === 0 ? 1 : Math.min(...workers.map((worker) => worker.threads)),
  }
}
