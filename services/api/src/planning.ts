import type { LiveWorker, Store } from '@collapsar/store'
import { CollapsarError, engineKinds, planDocument } from '@collapsar/sweep'
import type { EngineKind, PlanDocument, PlanSpeed, Sweep } from '@collapsar/sweep'

/** A worker that has not been seen for this long is not counted on. */
export const WORKER_TIMEOUT_SECONDS = 30

/**
 * What the sweep would do now.
 * @throws CollapsarError `too-slow`
 */
export async function planOf(store: Store, sweep: Sweep, allowSlow: boolean): Promise<PlanDocument> {
  const [existing, measured, workers, mixedCells] = await Promise.all([
    store.existingTrials(sweep.cells),
    store.measuredTrials(sweep.cells, sweep.measure),
    store.liveWorkers(WORKER_TIMEOUT_SECONDS),
    store.mixedCells(sweep.cells),
  ])
  const able = workers.filter(({ engine }) => canTrain(engine, sweep))
  return planDocument(sweep, existing, planSpeed(able), { allowSlow, measured, mixedCells })
}

/** How old the list of workers may be by which a submit is judged, in milliseconds: they come and go in minutes. */
const WORKERS_KEPT_MS = 1_000

export interface SubmittedPlan {
  readonly allowSlow: boolean
  /** Whether the plan itself is asked for: its hash, or the time that it takes. */
  readonly isNeeded: boolean
}

/**
 * Plans of sweeps that are submitted many a second. What exists already only makes a plan lighter: where nobody asks for the plan, a sweep that
 * is not too slow with nothing to reuse needs no look at its cells.
 */
export class SubmitPlans {
  readonly #store: Store
  #workers: Promise<readonly LiveWorker[]> | null = null
  #workersUntilMs = -Infinity

  constructor(store: Store) {
    this.#store = store
  }

  /** Null where it is not needed. @throws CollapsarError `too-slow` */
  async planOf(sweep: Sweep, { allowSlow, isNeeded }: SubmittedPlan): Promise<PlanDocument | null> {
    if (isNeeded || (!allowSlow && (await this.#mayBeTooSlow(sweep)))) return planOf(this.#store, sweep, allowSlow)
    return null
  }

  async #mayBeTooSlow(sweep: Sweep): Promise<boolean> {
    const able = (await this.#recentWorkers()).filter(({ engine }) => canTrain(engine, sweep))
    const none = sweep.cells.map(() => 0)
    try {
      planDocument(sweep, none, planSpeed(able), { measured: none.map((trials) => ({ trials, lacking: [] })) })
      return false
    } catch (error) {
      if (error instanceof CollapsarError && error.code === 'too-slow') return true
      throw error
    }
  }

  #recentWorkers(): Promise<readonly LiveWorker[]> {
    if (this.#workers !== null && performance.now() < this.#workersUntilMs) return this.#workers
    this.#workersUntilMs = performance.now() + WORKERS_KEPT_MS
    const asked = this.#store.liveWorkers(WORKER_TIMEOUT_SECONDS)
    this.#workers = asked
    asked.catch(() => {
      if (this.#workers === asked) this.#workers = null
    })
    return asked
  }
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
