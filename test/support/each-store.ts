import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { openStore } from '../../packages/store/src/open-store.ts'
import type { StoreOptions } from '../../packages/store/src/open-store.ts'
import type { Store } from '../../packages/store/src/store.ts'
import { startTestServer } from './database.ts'
import type { TestServer } from './database.ts'

export interface OpenedStore {
  readonly server: TestServer
  /** Of the database that the store is on. */
  readonly url: string
  readonly store: Store
}

/** Gives every test of the file a store on a database of its own, on one server for the file. */
export function eachWithStore(use: (opened: OpenedStore) => unknown, options: Pick<StoreOptions, 'poolSize'> = {}): void {
  let server: TestServer
  let store: Store
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    const url = await server.createDatabase()
    store = await openStore({ databaseUrl: url, ...options })
    await use({ server, url, store })
  })
  afterEach(() => store.close())
}
