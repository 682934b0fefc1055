import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsarHere } from '../support/collapsar.ts'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { startService } from '../support/service.ts'

let server: TestServer
let env: Readonly<Record<string, string>>
const folder = mkdtempSync(join(tmpdir(), 'collapsar keys '))
beforeAll(async () => {
  server = await startTestServer()
  env = { DATABASE_URL: await server.createDatabase(), COLLAPSAR_DATA: folder }
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const keys = (...args: readonly string[]) => collapsarHere(['keys', ...args], env)

describe('collapsar keys', () => {
  it.each([
    [['walk'], 'the action is walk; accepted: create, list, revoke'],
    [['toString'], 'the action is toString'],
    [['create'], '--name is missing'],
    [['create', '--name', 'a\nb', '--scopes', 'read'], '--name is "a\\nb"'],
    [['create', '--name', 'a'], '--scopes is missing; accepted: read, submit, admin, worker'],
    [['create', '--name', 'a', '--scopes', 'root'], '--scopes is root'],
    [['create', '--name', 'a', '--scopes', 'read,root'], '--scopes is read,root'],
    [['create', '--name', 'a', '--scopes', ''], '--scopes is ;'],
    [['create', '--name', 'a', '--scopes', 'read', '--expires', '0d'], '--expires is 0d'],
    [['create', '--name', 'a', '--scopes', 'read', '--expires', '2001-01-01'], '--expires is 2001-01-01'],
    [['create', '--name', 'a', '--scopes', 'read', '--expires', '2031-02-30'], '--expires is 2031-02-30'],
    [['create', '--name', 'a', '--scopes', 'read', '--max-cells', '0'], '--max-cells is 0; accepted: an integer from 1 to 10000'],
    [['create', '--name', 'a', '--scopes', 'read', '--max-trials', '9007199254740993'], '--max-trials is 9007199254740993'],
    [['create', 'x', '--name', 'a', '--scopes', 'read'], 'create takes no ID, received x'],
    [['revoke'], 'revoke takes one ID or more'],
  ])('%j is not understood', async (args, message) => {
    const { code, stdout, stderr } = await keys(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('serves others only once there is a key, and then nobody without one', async () => {
    const refused = await collapsarHere(['serve', '--host', '0.0.0.0', '--port', '0'], env)
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('collapsar keys create')])

    const created = await keys('create', '--name', 'notebook', '--scopes', 'submit, read', '--expires', '90d', '--max-cells', '5')
    const [id = ''] = /^key-[0-9a-f]{16}/.exec(created.stderr) ?? []
    expect([created.code, created.stdout]).toEqual([0, expect.stringMatching(/^clps_[\w-]{49}\n$/)])
    expect(created.stderr).toContain('notebook; read, submit; expires 20')

    const service = startService(['serve', '--host', '0.0.0.0', '--port', '0'], env)
    try {
      const { port } = new URL(String((await service.event('serving'))['url']))
      const ask = (key: string) => fetch(`http://127.0.0.1:${port}/v1/sweeps`, { headers: { authorization: `Bearer ${key}` } })
      expect((await ask(created.stdout.trim())).status).toBe(200)
      expect((await fetch(`http://127.0.0.1:${port}/v1/sweeps`)).status).toBe(401)
      expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(200)
      expect((await keys('revoke', id)).stderr).toContain(`${id} (notebook) is revoked`)
      const started = Date.now()
      await expect.poll(async () => (await ask(created.stdout.trim())).status, { timeout: 20_000, interval: 200 }).toBe(401)
      // Five seconds as promised, and as much again for a busy machine.
      expect(Date.now() - started).toBeLessThan(10_000)
      expect(JSON.stringify(service.log)).not.toContain('clps_')
    } finally {
      await service.end()
    }
  })

  it('lists them without the keys, in words and as JSON', async () => {
    const { stdout: secret } = await keys('create', '--name', 'admin of all', '--scopes', 'admin', '--requests-per-minute', '60')
    const { stdout } = await keys('list')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toMatch(/^key-[0-9a-f]{16} {2}live +admin +never +never +admin of all$/)
    expect(lines[2]).toMatch(/ revoked +read,submit +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d +notebook$/)
    const listed = await keys('list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'admin of all', requestsPerMinute: 60 }, { name: 'notebook', maxCells: 5 }])
    for (const text of [stdout, listed.stdout]) expect(text).not.toContain(secret.trim())
    expect(await runSql(env['DATABASE_URL']!, `SELECT id FROM api_keys WHERE row_to_json(api_keys)::text LIKE '%clps_%'`)).toEqual([])
  })

  it('says so when there is no such key', async () => {
    expect(await keys('revoke', 'key-0000000000000000')).toMatchObject({ code: 5, stderr: expect.stringContaining('There is no API key "key-0000000000000000"') })
  })
})
