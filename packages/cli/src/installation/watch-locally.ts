import { setTimeout as delay } from 'node:timers/promises'
import { progressOf } from '@collapsar/client'
import type { Backends } from '@collapsar/standalone'
import { requireSweep } from '../require-sweep.ts'
import type { SweepEntry, SweepStanding } from './installation.ts'

type Store = Backends['store']
type SweepRecord = Awaited<ReturnType<typeof requireSweep>>

const POLL_MS = 500
/** Pause between two looks, in the time that one takes: who trains needs the database more. */
const PAUSE_PER_LOOK = 4

/** What a server's events would tell, from the database itself. */
export async function* watchLocally(
  store: Store,
  id: string,
  { signal, entryOf }: { readonly signal: AbortSignal; readonly entryOf: (sweep: SweepRecord) => SweepEntry },
): AsyncGenerator<SweepStanding, void, undefined> {
  while (!signal.aborted) {
    const started = performance.now()
    const sweep = await requireSweep(store, id)
    const standing = { sweep: entryOf(sweep), progress: progressOf(await store.sweepCells(id)) }
    yield standing
    if (sweep.state === 'done' || sweep.state === 'cancelled') return
    const pauseMs = Math.max(POLL_MS, PAUSE_PER_LOOK * (performance.now() - started))
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}
