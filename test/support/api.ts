import { buildApi } from '@collapsar/api'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { encodeBlock } from '@collapsar/sweep'
import type { TrialRecord } from '@collapsar/trial'
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { TestServer } from './database.ts'

export interface TestApi {
  readonly app: ReturnType<typeof buildApi>
  readonly store: Store
  readonly databaseUrl: string
  close(): Promise<void>
}

/** The API on a database of its own; it does not listen. */
export async function openTestApi(server: TestServer, log: Logger = pino({ level: 'silent' })): Promise<TestApi> {
  const databaseUrl = await server.createDatabase()
  const store = await openStore({ databaseUrl })
  const app = buildApi({ store, log })
  return {
    app,
    store,
    databaseUrl,
    close: async () => {
      await app.close()
      await store.close()
    },
  }
}

/** Records whole blocks of a cell in which the first `collapsed` trials of each hundred are born dead and the rest converge. */
export async function recordTestBlocks(store: Store, cell: string, blocks: readonly number[], collapsed: number): Promise<void> {
  const records = Array.from({ length: 100 }, (_, index) => testRecord(index < collapsed, index))
  await store.recordBlocks(
    cell,
    blocks.map((index) => encodeBlock(index, records)),
    { id: 'test', version: '1' },
  )
}

function testRecord(collapsed: boolean, index: number): TrialRecord {
  return collapsed
    ? { outcome: 'born_dead', deadLayer: 1, deathCheck: 0, loss: 0.5, value: 0, pieces: 1, checksum: index }
    : { outcome: 'converged', deadLayer: 0, deathCheck: 0, loss: 0.0009765625, value: 1, pieces: 2, checksum: index }
}
