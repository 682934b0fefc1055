import { createClient } from '@collapsar/client'
import type { Client } from '@collapsar/client'
import { CollapsarError, parseSweep } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi, recordTestBlocks } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { serveApi } from './serve.ts'

const source = { name: 'by the client', grid: { depth: 2, width: [2, 3] }, inits: 100 }

let server: TestServer
let api: TestApi
let client: Client

beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
  client = createClient({ url: await serveApi({ app: api.app, host: '127.0.0.1', port: 0 }) })
})
afterAll(async () => {
  await api.close()
  await server.close()
})

describe('the client against the service', () => {
  it('plans, submits, follows, reads, cancels', async () => {
    const plan = await client.plan(source, { explain: true })
    expect(plan.trials).toEqual({ requested: 200, reused: 0, toRun: 200 })
    expect(plan.explain).toHaveLength(2)
    const created = await client.submit(source, { idempotencyKey: 'a', planHash: plan.planHash })
    expect(await client.submit(source, { idempotencyKey: 'a' })).toEqual(created)
    expect(await client.sweeps({ limit: 1 })).toEqual([created])
    await recordTestBlocks(api.store, parseSweep(source).cells[0]!.cell, [0], 25)
    expect((await client.sweep(created.id)).progress).toEqual({
      cells: { total: 2, complete: 1 },
      trials: { requested: 200, counted: 100, gaps: 0 },
    })
    const document = await client.surface(created.id)
    expect(document.cells.map((cell) => cell.collapse.estimate)).toEqual([0.25, null])
    const csv = new TextDecoder().decode(await client.surfaceAs(created.id, 'csv'))
    expect(csv.trimEnd().split('\r\n')).toHaveLength(3)
    expect(await client.retry(created.id)).toMatchObject({ blocks: 0 })
    expect((await client.cancel(created.id)).state).toBe('cancelled')
  })

  it('pauses, resumes, extends, labels and forgets', async () => {
    const { id } = await client.submit({ ...source, seed: 1, tags: ['first'] })
    expect((await client.pause(id)).state).toBe('paused')
    expect((await client.resume(id)).state).toBe('active')
    expect(await client.extend(id, { inits: 300 })).toMatchObject({ extension: { inits: 300, number: 1 } })
    expect((await client.sweep(id)).progress.trials.requested).toBe(600)
    expect(await client.label(id, { tags: ['second'], priority: 3 })).toMatchObject({ tags: ['second'], priority: 3 })
    await expect(client.remove(id)).rejects.toMatchObject({ code: 'conflict' })
    await client.cancel(id)
    await client.remove(id)
    await expect(client.sweep(id)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('lists all sweeps one after another, and makes one of a submit that is sent twice', async () => {
    const ids = new Set<string>()
    for await (const { id } of client.everySweep({ limit: 500 })) ids.add(id)
    const { id } = await client.submit({ ...source, seed: 2 }, { idempotencyKey: 'b' })
    expect((await client.submit({ ...source, seed: 2 }, { idempotencyKey: 'b' })).id).toBe(id)
    let listed = 0
    for await (const sweep of client.everySweep({ limit: 500 })) {
      listed += 1
      expect(ids.has(sweep.id) || sweep.id === id).toBe(true)
    }
    expect(listed).toBe(ids.size + 1)
  })

  it('gives the errors of the service under their own codes', async () => {
    const refused = async (promise: Promise<unknown>) => {
      const error: unknown = await promise.then(() => null, (reason: unknown) => reason)
      expect(error).toBeInstanceOf(CollapsarError)
      return error as CollapsarError
    }
    expect(await refused(client.sweep('none'))).toMatchObject({ code: 'not-found', exitCode: 5 })
    const invalid = await refused(client.submit({ ...source, inits: -1 }))
    expect(invalid).toMatchObject({ code: 'invalid-spec', exitCode: 3, problems: [{ pointer: '/inits' }] })
    expect(invalid.message).toContain('inits is -1; accepted: trials of every cell')
    expect(await refused(client.submit(source, { planHash: '0'.repeat(64) }))).toMatchObject({ code: 'conflict', exitCode: 6 })
    expect(await refused(client.sweep('../../healthz'))).toMatchObject({ code: 'invalid-request' })
  })
})
