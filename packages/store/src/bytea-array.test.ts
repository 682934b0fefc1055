import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { byteaArray } from './bytea-array.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

it('is read by the server as the elements it was made of', async () => {
  const values = [new Uint8Array(0), Uint8Array.of(0, 1, 0x5c, 0xff), Uint8Array.from({ length: 3000 }, (_, i) => i % 251)]
  const url = await server.createEmptyDatabase()
  const rows = await runSql(url, 'SELECT element FROM unnest($1::bytea[]) AS given (element)', [byteaArray(values)])
  expect(rows.map(({ element }) => new Uint8Array(element as Buffer))).toEqual(values)
  expect(await runSql(url, 'SELECT $1::bytea[] AS none', [byteaArray([])])).toEqual([{ none: [] }])
})
