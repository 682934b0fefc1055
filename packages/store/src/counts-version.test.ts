import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { aliveBlock, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import { openPool, poolQueries } from './connection.ts'
import { CountsVersions } from './counts-version.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

describe('the version of counts', () => {
  const pair = { name: 'pair', source: {}, cells: [wish(1, 200), wish(2, 200)] }
  const record = (seed: number, ...indices: number[]) => store.recordBlocks(wish(seed, 0).cell, indices.map((index) => aliveBlock(seed, index)), TEST_ENGINE)

  it('is the same from a process that remembers it and from one that does not', async () => {
    const { id } = (await store.createSweep(pair)).sweep
    const other = await openStore({ databaseUrl: url })
    for (const change of [() => record(1, 0), () => record(3, 0).catch(() => null), () => record(2, 0, 1), () => store.extend(id, { inits: 300 }), () => store.cancel(id)]) {
      await Promise.all([store.countsVersion(id), other.countsVersion(id)])
      await change()
      const fresh = await openStore({ databaseUrl: url })
      const expected = await fresh.countsVersion(id)
      expect([await store.countsVersion(id), await other.countsVersion(id)]).toEqual([expected, expected])
      await fresh.close()
    }
    await other.close()
  })

  it('changes with a transaction that was under way when it was remembered, once that commits', async () => {
    const { id } = (await store.createSweep(pair)).sweep
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query('BEGIN')
    await client.query('UPDATE cells SET prefix_gaps = prefix_gaps')
    const before = await store.countsVersion(id)
    await runSql(url, 'UPDATE workers SET threads = threads')
    // Not committed: nobody else sees it.
    expect(await store.countsVersion(id)).toBe(before)
    await client.query('COMMIT')
    expect(await store.countsVersion(id)).not.toBe(before)
    await client.end()
  })

  it('is another one after everything that changes what the sweep reads, and after nothing else', async () => {
    const { id } = (await store.createSweep(pair)).sweep
    const { id: apart } = (await store.createSweep({ name: 'apart', source: {}, cells: [wish(5, 200)] })).sweep
    let last = await store.countsVersion(id)
    const changes = async (act: () => Promise<unknown>) => {
      const of = await store.countsVersion(apart)
      await act()
      const next = await store.countsVersion(id)
      const changed = next !== last
      last = next
      expect(await store.countsVersion(apart)).toBe(of)
      return changed
    }
    await store.issue([{ id: 'k', cell: wish(1, 0).cell, engine: 'cpu', firstBlock: 0, blocks: 1 }])
    for (const _ of [1, 2]) expect(await changes(() => store.fail('k', 'fault'))).toBe(false)
    // The third one ends in a gap, which the prefix steps over.
    expect(await changes(() => store.fail('k', 'fault'))).toBe(true)
    expect(await changes(() => record(1, 1))).toBe(true)
    expect(await changes(() => store.heartbeat({ id: 'w', engine: 'cpu', threads: 1 }, null))).toBe(false)
    expect(await changes(() => store.label(id, { tags: ['a'] }))).toBe(false)
    // Fills the gap of a frozen row.
    expect(await changes(() => record(1, 0))).toBe(true)
    expect(await changes(() => record(1, 0))).toBe(false)
    expect(await changes(() => store.extend(id, { inits: 400 }))).toBe(true)
  })

  it('is not remembered for longer than changes are kept', async () => {
    const { id } = (await store.createSweep(pair)).sweep
    const pool = openPool(url)
    const clock = { ms: 0 }
    const versions = new CountsVersions(poolQueries(pool), () => clock.ms)
    const before = await versions.of(id)
    await record(1, 0)
    await store.forgetCountChanges()
    expect(await runSql(url, 'SELECT cells FROM count_changes')).toHaveLength(1)
    await runSql(url, `UPDATE count_changes SET at = at - interval '11 minutes'`)
    await store.forgetCountChanges()
    expect(await runSql(url, 'SELECT cells FROM count_changes')).toEqual([])
    clock.ms = 60_001
    expect(await versions.of(id)).not.toBe(before)
    await pool.end()
  })

  it('is computed again when more has changed than is looked through, and when the table of cells was written anew', async () => {
    const { id } = (await store.createSweep(pair)).sweep
    const before = await store.countsVersion(id)
    await runSql(url, 'INSERT INTO count_changes (cells) SELECT ARRAY[-1] FROM generate_series(1, 2500)')
    expect(await store.countsVersion(id)).toBe(before)
    await runSql(url, 'UPDATE cells SET prefix_gaps = prefix_gaps')
    await runSql(url, 'DELETE FROM count_changes')
    await runSql(url, 'VACUUM FULL cells')
    expect(await store.countsVersion(id)).not.toBe(before)
  })
})
