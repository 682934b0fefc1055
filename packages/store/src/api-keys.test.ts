import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import { newSecret, secretDigest } from './api-key-secret.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

describe('the text of a key', () => {
  it('has a prefix, 43 characters of 256 random bits and a check', () => {
    const secrets = Array.from({ length: 100 }, newSecret)
    for (const secret of secrets) expect(secret).toMatch(/^clps_[\w-]{49}$/)
    expect(new Set(secrets).size).toBe(100)
    expect(Buffer.from(secrets[0]!.slice(5, 48), 'base64url')).toHaveLength(32)
  })

  it('is stored as its SHA-256', () => {
    const secret = newSecret()
    expect(secretDigest(secret)).toEqual(createHash('sha256').update(secret).digest())
  })

  it('is told from what is no key, and from one with any character changed, missing or too many', () => {
    const secret = newSecret()
    const changed = [...secret].map((character, index) => `${secret.slice(0, index)}${character === 'A' ? 'B' : 'A'}${secret.slice(index + 1)}`)
    for (const text of ['', 'clps_', 'x', secret.slice(1), secret.slice(0, -1), `${secret}A`, ` ${secret}`, `${secret}\n`, secret.toUpperCase(), ...changed]) {
      expect(secretDigest(text)).toBeNull()
    }
  })
})

describe('keys', () => {
  it('are found by their text and kept without it', async () => {
    const expiresAt = new Date('2099-01-01T00:00:00Z')
    const { key, secret } = await store.keys.create({ name: 'notebook', scopes: ['read', 'submit'], expiresAt, maxCells: 5, maxTrials: Number.MAX_SAFE_INTEGER })
    expect(key).toEqual({
      id: expect.stringMatching(/^key-[0-9a-f]{16}$/),
      name: 'notebook',
      scopes: ['read', 'submit'],
      createdAt: expect.any(Date),
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      maxCells: 5,
      maxTrials: Number.MAX_SAFE_INTEGER,
      maxDeviceSeconds: null,
      maxActiveSweeps: null,
      requestsPerMinute: null,
    })
    expect(await store.keys.find(secret)).toEqual(key)
    expect(await store.keys.find(newSecret())).toBeNull()
    expect(await store.keys.find('nonsense')).toBeNull()
    const [row] = await runSql<{ text: string }>(url, `SELECT row_to_json(api_keys)::text AS text FROM api_keys`)
    expect(row!.text).not.toContain(secret.slice(5, 48))
  })

  it('exist from the first on, revoked or not', async () => {
    expect(await store.keys.exist()).toBe(false)
    const { key } = await store.keys.create({ name: 'a', scopes: ['admin'] })
    await store.keys.revoke(key.id)
    expect(await store.keys.exist()).toBe(true)
  })

  it('are listed newest first, and revoked once', async () => {
    const ids = []
    for (const name of ['a', 'b', 'c']) ids.push((await store.keys.create({ name, scopes: ['read'] })).key.id)
    expect((await store.keys.list(2)).map(({ name }) => name)).toEqual(['c', 'b'])
    const revoked = await store.keys.revoke(ids[0]!)
    expect(revoked.revokedAt).toBeInstanceOf(Date)
    expect(await store.keys.revoke(ids[0]!)).toEqual(revoked)
    await expect(store.keys.revoke('key-0000000000000000')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('note their use to the minute, and write once for it', async () => {
    const { key, secret } = await store.keys.create({ name: 'a', scopes: ['read'] })
    await store.keys.noteUse(key.id)
    const used = (await store.keys.find(secret))!.lastUsedAt!
    expect(used.getTime() % 60_000).toBe(0)
    expect(Math.abs(used.getTime() - Date.now())).toBeLessThan(120_000)
    const version = async () => (await runSql<{ xmin: string }>(url, 'SELECT xmin::text AS xmin FROM api_keys'))[0]!.xmin
    // Writing again only at the turn of a minute.
    await expect.poll(async () => {
      const before = await version()
      await store.keys.noteUse(key.id)
      return (await version()) === before
    }).toBe(true)
  })

  it('cannot be written without a scope or with an unknown one', async () => {
    await expect(store.keys.create({ name: 'a', scopes: [] })).rejects.toMatchObject({ code: '23514' })
    await expect(runSql(url, `INSERT INTO api_keys (id, name, hash, scopes) VALUES ('x', 'x', sha256(''), '{root}')`)).rejects.toMatchObject({ code: '23514' })
  })
})

describe('active sweeps of an owner', () => {
  const sweep = (seed: number, owner = 'key-a') => ({ name: `${seed}`, source: seed, cells: [wish(seed, 100)], owner, maxActiveSweeps: 3 })

  it('never pass the quota, twenty submits at once', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, seed) => store.createSweep(sweep(seed))))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'quota', message: expect.stringContaining('allows up to 3 at a time') })
    expect(await store.activeSweeps()).toHaveLength(3)
  })

  it('count for their owner alone, and free their place', async () => {
    const ids = []
    for (const seed of [1, 2, 3]) ids.push((await store.createSweep(sweep(seed))).sweep.id)
    expect((await store.createSweep(sweep(4, 'key-b'))).created).toBe(true)
    await expect(store.createSweep(sweep(5))).rejects.toMatchObject({ code: 'quota' })
    await store.cancel(ids[0]!)
    expect((await store.createSweep(sweep(5))).created).toBe(true)
  })

  it('are refused one by one among others that are submitted at the same moment', async () => {
    await store.createSweep(sweep(0, 'key-b'), 'used')
    const submits = [
      ...[1, 2, 3, 4, 5].map((seed) => store.createSweep(sweep(seed))),
      store.createSweep(sweep(9, 'key-b'), 'used'),
      store.createSweep(sweep(0, 'key-b'), 'used'),
      ...[6, 7].map((seed) => store.createSweep(sweep(seed, 'key-c'))),
    ]
    const answers = await Promise.allSettled(submits)
    const fates = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.created : (answer.reason as { code: string }).code))
    // Which of the five come first is chance.
    expect(fates.slice(0, 5).toSorted()).toEqual(['quota', 'quota', true, true, true])
    expect(fates.slice(5)).toEqual(['idempotency-mismatch', false, true, true])
    const sources = (await store.activeSweeps()).map(({ source }) => Number(source))
    expect([sources.length, sources.includes(9)]).toEqual([6, false])
    const [cells] = await runSql<{ count: number }>(url, 'SELECT count(*)::int AS count FROM cells')
    expect(cells).toEqual({ count: 6 })
  })

  it('are not counted twice for a repeated idempotency key', async () => {
    for (const seed of [1, 2, 3]) await store.createSweep(sweep(seed), `k${seed}`)
    expect((await store.createSweep(sweep(3), 'k3')).created).toBe(false)
  })
})
