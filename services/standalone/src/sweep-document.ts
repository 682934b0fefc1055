import type { Store, SweepRecord } from '@collapsar/store'
import { describeSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'

/** The document of a sweep as it stands now: what `run --json` and `surface` print. */
export async function sweepDocument(store: Pick<Store, 'sweepCells'>, sweep: SweepRecord): Promise<SweepDocument> {
  return describeSweep(sweep, await store.sweepCells(sweep.id), new Date())
}
