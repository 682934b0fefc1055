import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsarHere } from '../support/collapsar.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { startService } from '../support/service.ts'
import type { Service } from '../support/service.ts'

const sweep = { grid: { depth: 3, width: [2, 3] }, inits: 200, training: { batch: 8, steps: 64 } }
const WAIT = { timeout: 90_000, interval: 100 }
const folder = mkdtempSync(join(tmpdir(), 'collapsar-services-'))

let server: TestServer
let env: Readonly<Record<string, string>>
let services: readonly Service[] = []
beforeAll(async () => {
  server = await startTestServer()
  env = { DATABASE_URL: await server.createDatabase(), COLLAPSAR_DATA: folder }
  const metrics = { ...env, COLLAPSAR_METRICS_PORT: '0' }
  services = [startService(['serve', '--port', '0'], metrics), startService(['planner', '--reconcile-seconds', '1'], metrics), startService(['worker', '--threads', '1', '--metrics-port', '0'], env)]
}, 120_000)
afterAll(async () => {
  await Promise.all(services.map((service) => service.end()))
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const scrape = async (service: Service, path = 'metrics') =>
  (await fetch(`http://127.0.0.1:${Number((await service.event('serving metrics'))['port'])}/${path}`)).text()

describe('serve, planner and worker as processes', () => {
  it('write no password and no key into any line, at level debug', async () => {
    const password = decodeURIComponent(new URL(env['DATABASE_URL']!).password)
    expect(password.length).toBeGreaterThan(5)
    const created = await collapsarHere(['keys', 'create', '--name', 'a', '--scopes', 'read,submit,worker'], env)
    const key = created.stdout.trim()
    expect(key).toMatch(/^clps_/)
    const [api, planner, worker] = services as [Service, Service, Service]
    const url = String((await api.event('serving'))['url'])
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${url}/v1/${path}`, { ...init, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } })
    await expect.poll(async () => (await fetch(`${url}/v1/sweeps`)).status, WAIT).toBe(401)

    const submitted = await ask('sweeps', { method: 'POST', body: JSON.stringify(sweep) })
    expect(submitted.status).toBe(202)
    const { id } = (await submitted.json()) as { id: string }
    await expect.poll(async () => ((await (await ask(`sweeps/${id}`)).json()) as { state: string }).state, WAIT).toBe('done')
    // A key in the wrong places: the address, the body, the name of a sweep.
    for (const path of [`sweeps?key=${key}`, `sweeps/${key}`, `${key}`]) expect((await ask(path)).status).toBeGreaterThanOrEqual(400)
    expect((await ask('sweeps', { method: 'POST', body: JSON.stringify({ ...sweep, [key]: key }) })).status).toBe(422)
    expect((await ask('sweeps', { method: 'POST', body: key })).status).toBe(400)

    expect(await scrape(api)).toMatch(/^collapsar_http_request_duration_seconds_count\{method="POST",route="\/v1\/sweeps",status="202"\} 1$/m)
    expect(await scrape(worker)).toMatch(/^collapsar_blocks_total\{result="recorded"\} 4$/m)
    await expect.poll(() => scrape(planner), WAIT).toMatch(/^collapsar_outstanding_work_seconds\{engine="cpu"\} 0$/m)
    // Logged at debug alone.
    expect((await fetch(`${url}/healthz?key=${key}`)).status).toBe(400)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    for (const service of services) expect(await scrape(service, 'healthz')).toBe('{"status":"ok"}')

    await Promise.all(services.map((service) => service.end('SIGTERM')))
    for (const { log } of services) {
      expect(log.length).toBeGreaterThan(2)
      expect(log.some((line) => line['level'] === 20)).toBe(true)
      const text = JSON.stringify(log)
      for (const secret of [password, encodeURIComponent(password), key, key.slice(5)]) expect(text).not.toContain(secret)
    }
  }, 180_000)

  it('refuse a database that does not let them in without repeating the password', async () => {
    const wrong = Object.assign(new URL(env['DATABASE_URL']!), { password: 'hidden-password' }).href
    const refused = await collapsarHere(['planner'], { ...env, DATABASE_URL: wrong })
    expect(refused.code).toBe(7)
    expect(`${refused.stdout}${refused.stderr}`).not.toContain('hidden-password')
  })
})

describe('the address of the metrics', () => {
  it.each([
    [['planner', '--metrics-port', '65536'], {}, '--metrics-port is 65536; accepted: an integer from 0 to 65535'],
    [['worker', '--metrics-port', 'x'], {}, '--metrics-port is x'],
    [['serve'], { COLLAPSAR_METRICS_PORT: '70000' }, 'COLLAPSAR_METRICS_PORT is 70000; accepted: an integer from 0 to 65535'],
    [['serve', '--metrics-host', '::1'], {}, '--metrics-host is ::1 without a port'],
    [['list', '--metrics-port', '1'], {}, '--metrics-port'],
  ])('%j with %j is not understood', async (args, more, message) => {
    const { code, stderr } = await collapsarHere(args, { ...env, ...more })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })

  it('that is in use, or not of this machine, is named', async () => {
    const port = new URL(env['DATABASE_URL']!).port
    const taken = await collapsarHere(['planner', '--metrics-port', port], env)
    expect([taken.code, taken.stderr]).toEqual([7, expect.stringContaining(`127.0.0.1:${port} is in use by another process`)])
    const foreign = await collapsarHere(['planner', '--metrics-port', '0', '--metrics-host', '203.0.113.1'], env)
    expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('203.0.113.1:0 cannot be listened on (EADDRNOTAVAIL)')])
  })
})
