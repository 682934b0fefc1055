import { spawn } from 'node:child_process'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serveApi, buildApi } from '@collapsar/api'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { cellId, encodeBlock } from '@collapsar/sweep'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { aliveRecord, TEST_ENGINE, trialSpec } from '../support/blocks.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'

/** Of one cell: 76 MiB as CSV, 18 MiB as Parquet, over 100 MiB as objects. */
const TRIALS = 1_000_000
const cell = cellId(trialSpec(1))

let server: TestServer
let databaseUrl: string
let store: Store

beforeAll(async () => {
  server = await startTestServer()
  databaseUrl = await server.createDatabase()
  store = await openStore({ databaseUrl })
  await store.createSweep({ name: 'large', source: null, cells: [{ cell, spec: trialSpec(1), inits: TRIALS }] })
  await load()
}, 300_000)
afterAll(async () => {
  await store.close()
  await server.close()
})

/** The store's own bulk path; a hundred different blocks, again and again. */
async function load(): Promise<void> {
  const pattern = Array.from({ length: 100 }, (_, block) =>
    encodeBlock(block, Array.from({ length: 100 }, (__, trial) => aliveRecord(1, 100 * block + trial))),
  )
  for (let first = 0; first < TRIALS / 100; first += 500) {
    const blocks = Array.from({ length: 500 }, (_, i) => ({ ...pattern[i % 100]!, index: first + i }))
    await store.recordBlocks(cell, blocks, TEST_ENGINE)
  }
}

/** Takes an answer to its end; gives its bytes. */
async function take(url: string): Promise<number> {
  let bytes = 0
  for await (const piece of await open(url)) bytes += (piece as Buffer).length
  return bytes
}

function open(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, resolve).on('error', reject)
  })
}

describe('a table of a million trials', () => {
  it('is sent by a process whose memory does not grow with it', async () => {
    const script = fileURLToPath(new URL('../support/serve-database.mjs', import.meta.url))
    const service = spawn(process.execPath, [...SMALL_HEAP, script, databaseUrl], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      const lines = createInterface({ input: service.stdout })[Symbol.asyncIterator]()
      const url = String((await lines.next()).value)
      const peak = async (): Promise<number> => {
        service.stdin.write('\n')
        return Number((await lines.next()).value) / 1024
      }
      const table = `${url}/v1/cells/${cell}/trials`
      // a tenth of either: everything is compiled, and the heap has its usual size
      await take(`${table}.csv?from=${0.9 * TRIALS}`)
      await take(`${table}.parquet?from=${0.9 * TRIALS}`)
      const before = await peak()
      const csv = await take(`${table}.csv`)
      const afterCsv = await peak()
      const parquet = await take(`${table}.parquet`)
      const growth = [afterCsv - before, (await peak()) - before]
      console.log(`peak before ${before.toFixed(0)} MiB; after ${(csv / 2 ** 20).toFixed(0)} MiB of CSV +${growth[0]!.toFixed(0)}, after ${(parquet / 2 ** 20).toFixed(0)} MiB of Parquet +${growth[1]!.toFixed(0)}`)
      expect(csv).toBeGreaterThan(70 * 2 ** 20)
      expect(Math.max(...growth)).toBeLessThan(MOST_GROWTH_MIB)
    } finally {
      service.stdin.end()
      service.kill()
    }
  }, 300_000)

  it('is read no faster than the client takes it, and no further when the client has gone', async () => {
    let pages = 0
    let ended = false
    const counting: Store = {
      ...store,
      async *trialPages(id, range) {
        try {
          for await (const page of store.trialPages(id, range)) {
            pages += 1
            yield page
          }
        } finally {
          ended = true
        }
      },
    }
    const app = buildApi({ store: counting, log: pino({ level: 'silent' }) })
    const url = await serveApi({ app, host: '127.0.0.1', port: 0 })
    try {
      const answer = await open(`${url}/v1/cells/${cell}/trials.csv`)
      // what the sockets and one piece on either side hold, and then nothing
      await vi.waitFor(() => expect(pages).toBeGreaterThan(0))
      let seen = -1
      while (seen < pages) {
        seen = pages
        await delay(500)
      }
      expect(pages).toBeLessThan(MOST_PAGES)
      expect(ended).toBe(false)
      answer.destroy()
      await vi.waitFor(() => expect(ended).toBe(true), { timeout: 20_000 })
      expect(pages).toBeLessThan(MOST_PAGES)
    } finally {
      await app.close()
    }
  }, 120_000)
})

/** What is live stays under 30 MiB; a larger heap would be left full of what is not, and the peak would say little. */
const SMALL_HEAP = ['--max-old-space-size=80', '--max-semi-space-size=4']

/** Half of them; a page has 5,000 trials. */
const MOST_PAGES = TRIALS / 5000 / 2

/** A few pieces of 5,000 trials and a row group of 10,000, as records, columns and text, and what the collector leaves lying meanwhile. */
const MOST_GROWTH_MIB = 25
