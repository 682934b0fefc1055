import { encodeMeasurement, measurementBytes, parseSweep, setVersions } from '@collapsar/sweep'
import { lawBatch, MEASUREMENT_NAMES, measurementSets, createReferenceEngine } from '@collapsar/trial'
import type { ColumnArray, MeasurementName, TrainedBatch, TrialSpec } from '@collapsar/trial'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aliveBlocks, TEST_ENGINE } from '../../../test/support/blocks.ts'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { openStore } from './open-store.ts'

/** Real networks, of which some are dead: 40 updates of each are enough to make their numbers differ. */
const [cell] = parseSweep({
  grid: { depth: 4, width: 4 },
  inits: 100,
  problem: { points: 16 },
  training: { batch: 4, steps: 40, optimizer: { kind: 'sgd', learningRate: 0.01 } },
  precision: 'float64',
}).cells
const spec: TrialSpec = cell!.spec
const BLOCKS = 10
const SETS = MEASUREMENT_NAMES.filter((name) => measurementSets[name].applies(spec) === true)

const COPIES = 100

/** Beside the numbers a row holds its key, digest and headers, and the index the key again on pages that are at least half full. */
const ROW_BYTES = 250
/** What is longer than a quarter of a page lies in pieces, each with 40 bytes of headers and a key of 24 in an index of their own. */
const PIECE = { bytes: 1996, overhead: 64 } as const

let server: TestServer
let trained: { readonly final: TrainedBatch; readonly batch: ReturnType<typeof lawBatch>; at(steps: number): TrainedBatch }
beforeAll(async () => {
  server = await startTestServer()
  trained = await train()
})
afterAll(() => server.close())

async function train(): Promise<typeof trained> {
  const engine = createReferenceEngine()
  const batch = lawBatch(spec, [...Array(BLOCKS * 100).keys()])
  const states = new Map<number, TrainedBatch>()
  for (const steps of [...SETS.flatMap((name) => measurementSets[name].observes(spec)), 40]) {
    if (!states.has(steps)) states.set(steps, await engine.train({ ...batch, training: { ...batch.training, steps } }, new AbortController().signal))
  }
  return { final: states.get(40)!, batch, at: (steps) => states.get(Math.min(steps, 40))! }
}

it.each(SETS)('a trial of the set %s takes little more than its numbers, packed', async (name: MeasurementName) => {
  const url = await server.createDatabase()
  const store = await openStore({ databaseUrl: url })
  const { final, batch, at } = trained
  const { columns, observes, measure } = measurementSets[name]
  const values = measure({ spec, batch, trained: final, observed: observes(spec).map(at) })
  const [set] = setVersions([name])
  const measurements = Array.from({ length: BLOCKS }, (_, index) => encodeMeasurement(spec, { index, set: set!, values: block(values, index) }))
  await store.createSweep({ name: 'space', source: {}, cells: [{ cell: cell!.cell, spec, inits: 100 * BLOCKS }], measure: [name] })
  const chunk = { id: 'k', cell: cell!.cell, engine: 'cpu' as const, firstBlock: 0, blocks: BLOCKS }
  await store.record({ chunk, blocks: aliveBlocks(1, 0, BLOCKS), measurements, engine: TEST_ENGINE, worker: 'w', seconds: 1 })
  await store.close()

  // The same rows under further numbers, so that what every table has once no longer counts.
  await runSql(
    url,
    `INSERT INTO measurements (cell, index, version, set, digest, data)
     SELECT cell, index + $1 * copy, version, set, digest, data FROM measurements, generate_series(1, $2) AS copy ORDER BY copy, index`,
    [BLOCKS, COPIES - 1],
  )
  const [row] = await runSql<{ table: number; packed: number }>(
    url,
    `SELECT pg_total_relation_size('measurements')::float8 AS table, sum(octet_length(data))::float8 AS packed FROM measurements`,
  )
  const trials = 100 * BLOCKS * COPIES
  const [table, packed] = [row!.table / trials, row!.packed / trials]
  process.stderr.write(`${name}: ${measurementBytes(columns(spec))} bytes of numbers a trial, ${packed.toFixed(2)} packed, ${table.toFixed(2)} stored\n`)
  expect(packed).toBeLessThanOrEqual(measurementBytes(columns(spec)))
  // A page of 8 KiB holds whole rows or pieces of at most a quarter of it: the last of them may leave a quarter empty.
  const overhead = ROW_BYTES + PIECE.overhead * Math.ceil((100 * packed) / PIECE.bytes)
  expect(table).toBeLessThanOrEqual((packed + overhead / 100) / 0.75)
})

/** The numbers of one block of consecutive trials. */
function block(values: readonly ColumnArray[], index: number): ColumnArray[] {
  return values.map((column) => {
    const numbers = column.length / BLOCKS
    return column.slice(index * numbers, (index + 1) * numbers)
  })
}
