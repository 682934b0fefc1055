import { setTimeout as delay } from 'node:timers/promises'
import { parseSweep } from '@collapsar/sweep'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { openFaultProxy } from '../../../test/support/fault-proxy.ts'
import { openPool } from './connection.ts'
import { ChangeListener } from './notifications.ts'
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

it('hears of changes again after the network has swallowed those of a while, and ends without waiting for an answer', async () => {
  const databaseUrl = await server.createDatabase()
  const proxy = await openFaultProxy(databaseUrl)
  const listening = await openStore({ databaseUrl: `${proxy.through(databaseUrl)}?query_timeout=500` })
  const other = await openStore({ databaseUrl })
  try {
    let heard = 0
    await listening.listen(() => (heard += 1))
    proxy.impose({ kind: 'swallow' })
    await other.createSweep(parseSweep({ grid: { depth: 3, width: 2 }, inits: 100 }))
    await expect.poll(() => proxy.strikes().swallowed).toBeGreaterThan(0)
    expect(heard).toBe(0)
    proxy.impose({ kind: 'none' })
    // What was missed counts as heard once the connection is a new one.
    await expect.poll(() => heard, { timeout: 20_000 }).toBeGreaterThan(0)
    proxy.impose({ kind: 'swallow' })
    const started = performance.now()
    await listening.close()
    // One goodbye of 2 s that nobody answers; keep-alive would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000)
  } finally {
    await other.close()
    await proxy.close()
  }
})

/** Longer than a listener waits before it connects again. */
const BEYOND_RECONNECTION_MS = 1_500

it('ends while it opens a connection that nobody answers, at once, and opens no other', async () => {
  const databaseUrl = await server.createDatabase()
  const proxy = await openFaultProxy(databaseUrl)
  try {
    proxy.impose({ kind: 'swallow' })
    const listener = new ChangeListener(proxy.through(databaseUrl))
    const refusal = listener.listen(() => undefined).then(() => null, (error: unknown) => error)
    await expect.poll(() => proxy.strikes().swallowed, { timeout: 5_000 }).toBeGreaterThan(0)
    const started = performance.now()
    await listener.close()
    // A connection that is not answered would be given up after 10 s.
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(await refusal).toMatchObject({ message: expect.stringContaining('terminated') as unknown })
    proxy.impose({ kind: 'none' })
    await delay(BEYOND_RECONNECTION_MS)
    expect(proxy.strikes().connections).toBe(1)
  } finally {
    await proxy.close()
  }
})

it.each(['swallow', 'latency'] as const)('ends while it connects again (%s), and opens no other connection', async (kind) => {
  const databaseUrl = await server.createDatabase()
  const proxy = await openFaultProxy(databaseUrl)
  const listener = new ChangeListener(proxy.through(databaseUrl))
  try {
    await listener.listen(() => undefined)
    await runSql(databaseUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
    proxy.impose(kind === 'latency' ? { kind, ms: 500 } : { kind })
    await expect.poll(() => proxy.strikes().connections, { timeout: 20_000 }).toBe(2)
    await listener.close()
    proxy.impose({ kind: 'none' })
    await delay(BEYOND_RECONNECTION_MS)
    expect(proxy.strikes().connections).toBe(2)
    expect(await runSql(databaseUrl, `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)).toEqual([])
    // It may be used again.
    const end = await listener.listen(() => undefined)
    expect(proxy.strikes().connections).toBe(3)
    await end()
  } finally {
    await proxy.close()
  }
})

it('gives the planner\'s lease up when the network swallows it, without waiting for an answer', async () => {
  const databaseUrl = await server.createDatabase()
  const proxy = await openFaultProxy(databaseUrl)
  const store = await openStore({ databaseUrl: `${proxy.through(databaseUrl)}?query_timeout=500` })
  try {
    const lease = await store.lead()
    proxy.impose({ kind: 'swallow' })
    await lease?.lost
    await lease?.release()
    expect(lease).not.toBeNull()
  } finally {
    await store.close()
    await proxy.close()
  }
})

it('has a limit without being told one, short enough to try again within a minute', async () => {
  const pool = openPool(await server.createDatabase())
  try {
    expect(pool.options.query_timeout).toBeGreaterThan(0)
    // A second statement of the same work may meet another dead connection.
    expect(2 * Number(pool.options.query_timeout)).toBeLessThan(60_000)
  } finally {
    await pool.end()
  }
})
