import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { openFaultProxy } from '../../../test/support/fault-proxy.ts'
import { openPool } from './connection.ts'
import { openStore } from './open-store.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

it('gives up a statement whose answer the network has swallowed, and goes on with another connection', async () => {
  const databaseUrl = await server.createDatabase()
  const proxy = await openFaultProxy(databaseUrl)
  // The address may set the driver's own options: half a second in place of what a pool waits otherwise.
  const store = await openStore({ databaseUrl: `${proxy.through(databaseUrl)}?query_timeout=500` })
  try {
    await store.ping()
    proxy.impose({ kind: 'swallow' })
    await expect(store.activeSweeps()).rejects.toThrow('timeout')
    await expect(store.ping()).rejects.toThrow('timeout')
    proxy.impose({ kind: 'none' })
    await expect.poll(() => store.activeSweeps().catch(() => null), { timeout: 15_000 }).toEqual([])
  } finally {
    await store.close()
    await proxy.close()
  }
})

it('has a limit without being told one, short enough to try again within a minute', async () => {
  const pool = openPool(await server.createDatabase())
  try {
    expect(pool.options.query_timeout).toBeGreaterThan(0)
    // A transaction that fails is rolled back, which waits as long again on a dead connection.
    expect(2 * Number(pool.options.query_timeout)).toBeLessThan(60_000)
  } finally {
    await pool.end()
  }
})
