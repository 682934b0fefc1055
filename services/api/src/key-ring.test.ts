import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApi } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { KEY_CACHE_MS, KeyRing } from './key-ring.ts'

let server: TestServer
let api: TestApi
beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
})
afterAll(async () => {
  await api.close()
  await server.close()
})

it('needs a key from the first one on, within the time it believes, and for ever', async () => {
  const { keys } = api.store
  let now = 0
  let database = { exist: () => keys.exist(), find: (secret: string) => keys.find(secret) }
  const ring = new KeyRing({ exist: () => database.exist(), find: (secret) => database.find(secret) }, () => now)
  expect(await ring.required()).toBe(false)
  await keys.create({ name: 'first', scopes: ['read'] })
  now = KEY_CACHE_MS - 1
  expect(await ring.required()).toBe(false)
  now = KEY_CACHE_MS
  expect(await ring.required()).toBe(true)
  // As if the database had been exchanged for an empty one.
  database = { ...database, exist: async () => false }
  now = 10 * KEY_CACHE_MS
  expect([await ring.required(), ring.seen]).toEqual([true, true])
})

it('believes a key for five seconds and then looks again: a revocation is noticed', async () => {
  const { keys } = api.store
  let [now, lookUps] = [0, 0]
  const counting = { exist: () => keys.exist(), find: (secret: string) => ((lookUps += 1), keys.find(secret)) }
  const ring = new KeyRing(counting, () => now)
  const { key, secret } = await keys.create({ name: 'a', scopes: ['read'] })
  expect(await ring.find(secret)).toEqual({ key, fresh: true })
  await keys.revoke(key.id)
  now = KEY_CACHE_MS - 1
  expect(await ring.find(secret)).toEqual({ key, fresh: false })
  expect(lookUps).toBe(1)
  now = KEY_CACHE_MS
  expect((await ring.find(secret))!.key.revokedAt).toBeInstanceOf(Date)
  expect(lookUps).toBe(2)
})

it('asks nobody about what is no key, and remembers no guess', async () => {
  let lookUps = 0
  const ring = new KeyRing({ exist: async () => true, find: async () => ((lookUps += 1), null) }, () => 0)
  for (const text of ['', 'x', `clps_${randomBytes(36).toString('base64url')}`]) expect(await ring.find(text)).toBeNull()
  expect(lookUps).toBe(0)
})
