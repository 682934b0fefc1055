import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSql } from './database.ts'
import { startPostgres } from './postgres.ts'
import type { TestPostgres } from './postgres.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.close())

it.each(['SIGINT', 'SIGQUIT', 'SIGKILL'] as const)('has what was committed after %s, at the same address', async (signal) => {
  await runSql(postgres.url, `CREATE TABLE ${signal} AS SELECT 7 AS value`)
  await postgres.end(signal)
  await expect(runSql(postgres.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
  await postgres.start()
  expect(await runSql(postgres.url, `SELECT value FROM ${signal}`)).toEqual([{ value: 7 }])
})
