import { progressOf } from '@collapsar/client'
import type { SweepResource, SweepSummary } from '@collapsar/client'
import type { GapRecord, LiveWorker, Store, SweepCell, SweepRecord } from '@collapsar/store'
import { CollapsarError, waitingFor } from '@collapsar/sweep'

/** @throws CollapsarError `not-found` */
export async function requireSweep(store: Store, id: string): Promise<SweepRecord> {
  const sweep = await store.sweep(id)
  if (sweep === null) throw new CollapsarError('not-found', `There is no sweep "${id}".`)
  return sweep
}

export function summaryOf(sweep: SweepRecord): SweepSummary {
  return {
    id: sweep.id,
    name: sweep.name,
    state: sweep.state,
    createdAt: sweep.createdAt.toISOString(),
    finishedAt: sweep.finishedAt?.toISOString() ?? null,
    reused: sweep.reused,
    owner: sweep.owner,
    tags: [...sweep.tags],
    priority: sweep.priority,
    extension: sweep.extension,
  }
}

const MAXIMUM_GAPS = 100

export interface SweepSurroundings {
  readonly gaps: readonly GapRecord[]
  readonly workers: readonly LiveWorker[]
}

export function resourceOf(sweep: SweepRecord, cells: readonly SweepCell[], { gaps, workers }: SweepSurroundings): SweepResource {
  return {
    ...summaryOf(sweep),
    source: sweep.source,
    waitingFor: sweep.state === 'active' ? waitingFor(sweep.source, openNumerics(cells), workers.map(({ engine }) => engine)) : null,
    progress: progressOf(cells),
    gaps: gaps.slice(0, MAXIMUM_GAPS).map(({ cell, block, reason }) => ({ cell, block, reason })),
  }
}

/** The arithmetic of the cells that lack trials. */
function openNumerics(cells: readonly SweepCell[]): SweepCell['spec']['numerics'][] {
  return cells.filter((cell) => cell.digest === null).map((cell) => cell.spec.numerics)
}
