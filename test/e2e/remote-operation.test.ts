import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collapsarHere } from '../support/collapsar.ts'
import { startServer } from '../support/server.ts'
import type { ServerProcess } from '../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-remote-operation-'))
let server: ServerProcess
beforeAll(async () => {
  server = await startServer(join(folder, 'served'))
}, 90_000)
afterAll(async () => {
  await server?.end()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** A command of somebody who has no database. */
const as = (key: string, ...args: readonly string[]) =>
  collapsarHere([...args, '--data', join(folder, 'nowhere')], { COLLAPSAR_URL: server.url, ...(key !== '' && { COLLAPSAR_KEY: key }) })

it('lists the workers of a server, and makes, lists and revokes its keys', async () => {
  const { stdout } = await as('', 'workers', '--json')
  expect(JSON.parse(stdout)).toMatchObject([{ state: 'active', engine: 'cpu', chunks: expect.any(Array) as unknown }])
  expect((await as('', 'workers')).stdout).toMatch(/^active +\S+ {2}cpu /)
  const [{ id: worker } = { id: '' }] = JSON.parse(stdout) as { id: string }[]
  expect(await as('', 'workers', 'trust', worker)).toMatchObject({ code: 6, stderr: expect.stringContaining(`"${worker}" is active; accepted: one that is quarantined`) as unknown })
  expect(await as('', 'workers', 'trust', 'nobody')).toMatchObject({ code: 5 })
  expect(await as('', 'workers', 'trust')).toMatchObject({ code: 2, stderr: expect.stringContaining('takes nothing, or trust ID') as unknown })
  expect(await as('', 'worker', '--machine', 'a b')).toMatchObject({ code: 2, stderr: expect.stringContaining('--machine is "a b"; accepted') as unknown })

  const created = await as('', 'keys', 'create', '--name', 'first of all', '--scopes', 'admin', '--expires', '30d')
  expect([created.code, created.stdout]).toEqual([0, expect.stringMatching(/^clps_[\w-]{49}\n$/)])
  const admin = created.stdout.trim()
  // From the first key on the server asks for one.
  await expect.poll(async () => (await as('', 'keys', 'list')).code, { timeout: 20_000, interval: 200 }).toBe(4)
  const second = await as(admin, 'keys', 'create', '--name', 'reader', '--scopes', 'read', '--max-cells', '5', '--json')
  const { id, key } = JSON.parse(second.stdout) as { id: string; key: string }
  const listed = await as(admin, 'keys', 'list')
  expect(listed.stdout).toMatch(new RegExp(`^ID .*\\n${id}  live .*  reader\\nkey-\\w+  live .*  first of all\\n$`))
  expect(listed.stdout).not.toContain(key)
  expect(await as(admin, 'keys', 'revoke', id)).toMatchObject({ code: 0, stderr: expect.stringContaining(`${id} (reader) is revoked`) })
  expect(await as(admin, 'keys', 'revoke', 'key-0000000000000000')).toMatchObject({ code: 5 })
  expect(JSON.parse((await as(admin, 'keys', 'list', '--json')).stdout)).toMatchObject([{ id, maxCells: 5, revokedAt: expect.any(String) as unknown }, { name: 'first of all' }])
}, 60_000)
