import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@collapsar/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'

// Installs packages from the registry, so it runs where everything is asked for, or by COLLAPSAR_TEST_IMAGE=1.
const wanted = process.env['COLLAPSAR_TEST_REQUIRE_ALL'] === '1' || process.env['COLLAPSAR_TEST_IMAGE'] === '1'
const layOut = fileURLToPath(new URL('../../infra/docker/runtime-folder.mjs', import.meta.url))

describe.runIf(wanted)('the folder that the image runs', { timeout: 240_000 }, () => {
  let server: TestServer
  let scratch: string
  const children: ChildProcess[] = []
  beforeAll(async () => {
    server = await startTestServer()
    scratch = mkdtempSync(join(tmpdir(), 'collapsar-image-'))
    execFileSync(process.execPath, [layOut, join(scratch, 'app')], { stdio: 'pipe' })
  }, 240_000)
  afterAll(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await server.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  const command = (...args: string[]) => [join(scratch, 'app/packages/cli/bin/collapsar.mjs'), ...args]

  it('has every service: they migrate, answer, take a sweep and train it', async () => {
    const port = await freePort()
    // Nothing of this machine but what a container has.
    const env = { DATABASE_URL: await server.createEmptyDatabase(), HOME: '/nonexistent', PATH: process.env['PATH'] ?? '', COLLAPSAR_HEALTH_PORT: String(port) }
    execFileSync(process.execPath, command('migrate'), { env, cwd: '/', stdio: 'pipe' })
    for (const args of [['serve', '--port', String(port)], ['planner'], ['worker', '--threads', '1']]) {
      children.push(spawn(process.execPath, command(...args), { env, cwd: '/', stdio: 'ignore' }))
    }
    const healthy = () => execFileSync(process.execPath, [join(scratch, 'app/infra/docker/healthy.mjs')], { env, stdio: 'pipe' })
    await vi.waitFor(healthy, { timeout: 30_000, interval: 300 })
    const client = createClient({ url: `http://127.0.0.1:${port}` })
    const { id } = await client.submit({ name: 'image', grid: { depth: [3], width: [2] }, inits: 100, training: { steps: 32 } })
    await vi.waitFor(async () => expect((await client.sweep(id)).state).toBe('done'), { timeout: 60_000, interval: 200 })
    for (const child of children) {
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number | null]) : [child.exitCode]
      expect(code, child.spawnargs.join(' ')).toBe(0)
    }
    expect(healthy).toThrow()
  })
})
