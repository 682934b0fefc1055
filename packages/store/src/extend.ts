import { CollapsarError, extended, untilNow } from '@collapsar/sweep'
import type { Extension, ExtensionWish } from '@collapsar/sweep'
import { reservePlace } from './active-quota.ts'
import { lockCells } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import { raiseGoals } from './next-round.ts'
import { existingSweep } from './read-sweep.ts'
import type { SweepRecord } from './store.ts'
import { cellsOf, lockSweep, reopen } from './sweep-state.ts'

/**
 * Asks for more of a sweep and logs it. A number of trials opens the rows whose goal grows; bounds of rounds leave the goals alone and let
 * the planner decide again.
 * @throws CollapsarError `not-found`; `conflict` when it is cancelled, for less than before and for the other kind of goal; `quota` when it
 *   is done and its owner has too many active ones
 */
export async function extendSweep(client: Queries, id: string, wish: ExtensionWish): Promise<void> {
  const state = await lockSweep(client, id)
  if (state === 'cancelled') throw new CollapsarError('conflict', `The sweep "${id}" is cancelled; it cannot be extended.`)
  const sweep = await existingSweep(client, id)
  const { least, most } = await askedInits(client, id)
  const extension = extended(sweep, most, wish)
  const { inits } = extension
  if (inits === null ? isAsked(sweep, extension) : inits === least) return
  const takePlace = await reservePlace(client, id)
  takePlace()
  await log(client, id, { number: (sweep.extension?.number ?? 0) + 1, ...extension })
  if (inits === null) {
    await client.query('UPDATE sweeps SET adaptive = TRUE WHERE id = $1', [id])
  } else {
    const cells = await cellsOf(client, id)
    await lockCells(client, cells)
    await raiseGoals(client, id, cells.map(() => inits))
  }
  await reopen(client, id)
}

function isAsked(sweep: SweepRecord, { maxInits, maxDeviceSeconds }: Extension): boolean {
  const now = untilNow(sweep)
  return maxInits === now?.maxInits && maxDeviceSeconds === now?.maxDeviceSeconds
}

/** The fewest and the most trials that the sweep asks for of a cell. */
async function askedInits(client: Queries, id: string): Promise<{ least: number; most: number }> {
  const { rows } = await client.query<{ least: number; most: number }>(
    'SELECT coalesce(min(inits), 0) AS least, coalesce(max(inits), 0) AS most FROM sweep_cells WHERE sweep = $1',
    [id],
  )
  return rows[0] ?? { least: 0, most: 0 }
}

async function log(client: Queries, id: string, extension: Extension & { readonly number: number }): Promise<void> {
  const { number, inits, maxInits, maxDeviceSeconds } = extension
  await client.query('INSERT INTO extensions (sweep, number, inits, max_inits, max_device_seconds) VALUES ($1, $2, $3, $4, $5)', [
    id,
    number,
    inits,
    maxInits,
    maxDeviceSeconds,
  ])
}
