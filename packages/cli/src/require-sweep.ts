import type { Backends } from '@collapsar/standalone'
import { CollapsarError, show } from '@collapsar/sweep'

type SweepRecord = NonNullable<Awaited<ReturnType<Backends['store']['sweep']>>>

/** @throws CollapsarError `not-found`, with the sweeps there are. */
export async function requireSweep(store: Backends['store'], id: string): Promise<SweepRecord> {
  const record = await store.sweep(id)
  if (record !== null) return record
  const known = (await store.sweeps(3)).map((sweep) => sweep.id)
  const hint = known.length === 0 ? 'there are none yet' : `the newest are ${known.join(', ')}; see: collapsar list`
  throw new CollapsarError('not-found', `There is no sweep ${show(id)}; ${hint}`)
}

/** That a sweep has no cell of the depth and width that were asked for; null where any would do. */
export function noCell(id: string, depth: number | null, width: number | null): CollapsarError {
  const place = [depth === null ? [] : `depth ${depth}`, width === null ? [] : `width ${width}`].flat().join(' and ')
  return new CollapsarError('not-found', `The sweep ${id} has no cell${place === '' ? '' : ` of ${place}`}`)
}
