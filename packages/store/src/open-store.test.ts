import { inspect } from 'node:util'
import { CollapsarError } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aliveBlocks, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { openStore } from './open-store.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function failure(databaseUrl: string): Promise<CollapsarError> {
  const error: unknown = await openStore({ databaseUrl }).catch((reason: unknown) => reason)
  if (!(error instanceof CollapsarError)) throw new Error('expected a CollapsarError', { cause: error })
  return error
}

describe('a database that cannot be reached', () => {
  it('is named with host, port, database and cause: connection refused', async () => {
    const error = await failure('postgresql://alice:s3cret@127.0.0.1:1/lab')
    expect(error.code).toBe('database-unavailable')
    expect(error.message).toBe(
      'The database "lab" at 127.0.0.1:1 cannot be used: the connection was refused (is the server running?).',
    )
  })

  it('is named when the server has no such database', async () => {
    const url = new URL(await server.createEmptyDatabase())
    url.pathname = '/no_such_lab'
    const error = await failure(url.href)
    expect(error.code).toBe('database-unavailable')
    expect(error.message).toBe(
      `The database "no_such_lab" at ${url.hostname}:${url.port} cannot be used: there is no database "no_such_lab".`,
    )
  })

  it('is named when the host is unknown', async () => {
    const error = await failure('postgresql://alice:s3cret@no-such-host.invalid/lab')
    expect(error.message).toMatch(/^The database "lab" at no-such-host\.invalid:5432 cannot be used: the host name/)
  })

  it('is named when the password is wrong, which is not repeated', async () => {
    const url = new URL(await server.createDatabase())
    url.password = 'not-s3cret'
    const error = await failure(url.href)
    expect(error.message).toBe(
      `The database "${url.pathname.slice(1)}" at ${url.host} cannot be used: the password for user "${url.username}" is wrong.`,
    )
    expect(inspect(error, { depth: null })).not.toContain('s3cret')
  })

  it('is refused when its address is no URL of a database, without repeating it', async () => {
    for (const address of ['', 'lab', 'mysql://alice:s3cret@h/lab', 'postgresql://alice:s3cret@h:port/lab']) {
      const error = await failure(address)
      expect(error.code).toBe('database-unavailable')
      expect(error.message).toMatch(/^The database address is not a URL; accepted is postgresql:/)
      expect(error.message).not.toContain('s3cret')
    }
  })
})

describe('a database that cannot write', () => {
  it('rejects with `storage` when it is read-only, and still reads', async () => {
    const url = await server.createDatabase()
    const { pathname } = new URL(url)
    await runSql(url, `ALTER DATABASE ${pathname.slice(1)} SET default_transaction_read_only = on`)
    const store = await openStore({ databaseUrl: url })
    expect(await store.sweeps(1)).toEqual([])
    expect((await store.verify()).blocks).toBe(0)
    const readOnly = { code: 'storage', message: 'The database cannot store anything: it is read-only.' }
    await expect(store.heartbeat({ id: 'w', engine: 'cpu', threads: 1 }, null)).rejects.toMatchObject(readOnly)
    const sweep = store.createSweep({ name: 'map', source: {}, cells: [wish(1, 100)] })
    // BEGIN ... READ COMMITTED keeps the database's default.
    await expect(sweep).rejects.toMatchObject(readOnly)
    await store.close()
  })

  it('rejects with `storage` when its disk is full, and writes nothing', async () => {
    const url = await server.createDatabase()
    const store = await openStore({ databaseUrl: url })
    await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 300)] })
    await runSql(
      url,
      `CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`,
    )
    await runSql(url, 'CREATE TRIGGER fill BEFORE INSERT ON blocks FOR EACH ROW WHEN (new.index = 2) EXECUTE FUNCTION fill()')
    await expect(store.recordBlocks(wish(1, 0).cell, aliveBlocks(1, 0, 3), TEST_ENGINE)).rejects.toMatchObject({
      code: 'storage',
      message: 'The database cannot store anything: its disk is full.',
    })
    expect((await store.verify()).blocks).toBe(0)
    await store.close()
  })
})
