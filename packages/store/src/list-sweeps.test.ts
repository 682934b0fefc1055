import { expect, it } from 'vitest'
import { wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { SweepFilter } from './list-sweeps.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

async function create(name: string, more: { tags?: string[]; owner?: string } = {}): Promise<string> {
  return (await store.createSweep({ name, source: { name }, cells: [wish(1, 100)], ...more })).sweep.id
}

const names = async (filter: SweepFilter) => (await store.listSweeps(filter, { limit: 10, after: null })).map(({ name }) => name)

it('finds sweeps by state, label, owner and how their names begin', async () => {
  await create('atlas one', { tags: ['a', 'b'] })
  await create('atlas two', { owner: 'k-1' })
  const last = await create('100% other', { tags: ['b'] })
  await store.cancel(last)
  expect(await names({})).toEqual(['100% other', 'atlas two', 'atlas one'])
  expect(await names({ state: 'cancelled' })).toEqual(['100% other'])
  expect(await names({ tag: 'b' })).toEqual(['100% other', 'atlas one'])
  expect(await names({ owner: 'k-1' })).toEqual(['atlas two'])
  expect(await names({ namePrefix: 'atlas' })).toEqual(['atlas two', 'atlas one'])
  // no pattern
  expect(await names({ namePrefix: '%' })).toEqual([])
})

it('goes on where a page ended, to the microsecond, whatever was created or deleted meanwhile', async () => {
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) ids.push(await create(name))
  // three of one instant, which only their ids tell apart, and one a microsecond before
  await runSql(url, `UPDATE sweeps SET created_at = '2026-01-01 00:00:00.000002+00' WHERE name <> 'd'`)
  await runSql(url, `UPDATE sweeps SET created_at = '2026-01-01 00:00:00.000001+00' WHERE name = 'd'`)
  const order = [...ids.slice(0, 3).toSorted(), ids[3]]
  const page = await store.listSweeps({}, { limit: 2, after: null })
  expect(page.map(({ id }) => id)).toEqual(order.slice(0, 2))
  await create('newer')
  await runSql(url, 'DELETE FROM sweeps WHERE id = $1', [page[1]!.id])
  const rest = await store.listSweeps({}, { limit: 9, after: page[1]!.position })
  expect(rest.map(({ id }) => id)).toEqual(order.slice(2))
})
