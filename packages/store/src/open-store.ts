import { Client } from 'pg'
import type pg from 'pg'
import { auditMethods, withEvidence } from './audit-methods.ts'
import { apiKeys } from './api-keys.ts'
import { Catalogue } from './catalogue.ts'
import { chunkWork, issueChunks, releaseChunks, unfinishedChunks } from './claims.ts'
import { connectionSettings, openPool, poolQueries, storeError, transaction } from './connection.ts'
import type { Queries } from './connection.ts'
import { CountsVersions, forgetCountChanges } from './counts-version.ts'
import { databaseUnavailable, isDatabaseUrl } from './database-unavailable.ts'
import { existingTrials } from './existing-trials.ts'
import { extendSweep } from './extend.ts'
import { failChunk } from './fail.ts'
import { foreignBlock, mixedCells } from './foreign-block.ts'
import { labelSweep } from './label.ts'
import { findCells } from './find-cells.ts'
import { takeLeadership } from './leadership.ts'
import { introduceWorker } from './import-blocks.ts'
import { listSweeps } from './list-sweeps.ts'
import { measuredTrials } from './measured-trials.ts'
import { migrate } from './migrate.ts'
import { nextRound } from './next-round.ts'
import { Announcer, ChangeListener, notifyChange } from './notifications.ts'
import { readCell } from './read-cell.ts'
import { cellCounts, cellTrials } from './read-cells.ts'
import { readMeasurements } from './read-measurements.ts'
import { readTrial } from './read-trial.ts'
import { existingSweep, readSweep, sweepCells, sweepProgress } from './read-sweep.ts'
import { Recorder } from './recorder.ts'
import { replayMethods } from './replays.ts'
import type { Store } from './store.ts'
import { Submitter } from './submitter.ts'
import { cancelSweep, finishSweeps, pauseSweep, removeSweep, resumeSweep, retryGaps } from './sweep-state.ts'
import { trialPages } from './trial-pages.ts'
import { verifyCells } from './verify.ts'
import { forgetWorkers, heartbeat, IDLE, listWorkers, liveWorkers, retire } from './workers.ts'
import { trustPlace } from './worker-places.ts'

export interface StoreOptions {
  /** postgresql://USER:PASSWORD@HOST:PORT/DATABASE */
  readonly databaseUrl: string
  /** Most connections at a time, less those of `lead` (one) and `listen` (one for all callbacks); 4 by default. */
  readonly poolSize?: number
}

/**
 * Opens the database and brings it up to date.
 * @throws CollapsarError `database-unavailable` when it cannot be reached; `environment` when its migrations do not fit;
 *   `storage` when it needs a migration and cannot write
 */
export async function openStore({ databaseUrl, poolSize }: StoreOptions): Promise<Store> {
  if (!isDatabaseUrl(databaseUrl)) throw databaseUnavailable(databaseUrl, null)
  const pool = openPool(databaseUrl, poolSize)
  try {
    await prepare(databaseUrl)
  } catch (error) {
    await pool.end()
    throw error
  }
  return storeOn(pool, databaseUrl)
}

/** On a connection of its own: a migration takes as long as it takes, statements of the pool do not. */
async function prepare(databaseUrl: string): Promise<void> {
  const client = new Client(connectionSettings(databaseUrl))
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    throw databaseUnavailable(databaseUrl, error)
  })
  try {
    await migrate(client)
  } catch (error) {
    throw storeError(error)
  } finally {
    await client.end()
  }
}

function storeOn(pool: pg.Pool, databaseUrl: string): Store {
  const catalogue = new Catalogue(pool)
  const queries = poolQueries(pool)
  const versions = new CountsVersions(queries)
  const listener = new ChangeListener(databaseUrl)
  const announcer = new Announcer(queries)
  const recorder = new Recorder(pool, () => announcer.announce())
  const submitter = new Submitter(pool, () => announcer.announce())
  /** A transaction that tells the listeners when it commits. */
  const change = <T>(work: (client: Queries) => Promise<T>): Promise<T> =>
    transaction(pool, async (client) => {
      const result = await work(client)
      await notifyChange(client)
      return result
    })

  return {
    keys: apiKeys(queries),
    createSweep: (sweep, idempotencyKey) => submitter.submit(sweep, idempotencyKey ?? null),
    sweep: (id) => readSweep(queries, id),
    sweeps: (limit) => listSweeps(queries, {}, { limit, after: null }),
    listSweeps: (filter, page) => listSweeps(queries, filter, page),
    activeSweeps: () => catalogue.activeSweeps(),
    existingTrials: (cells) => existingTrials(queries, cells),
    mixedCells: (cells) => mixedCells(queries, cells.map(({ cell }) => cell)),
    measuredTrials: (cells, sets) => measuredTrials(queries, cells, sets),

    progress: (sweepId) => sweepProgress(queries, sweepId),
    issue: (chunks) => transaction(pool, (client) => issueChunks(client, chunks)),
    unfinished: (engine, sweeps) => unfinishedChunks(queries, engine, sweeps ?? null),
    chunkWork: (chunkId) => chunkWork(queries, chunkId),
    record: ({ chunk, blocks, measurements = [], engine, worker, seconds }) =>
      withEvidence(pool, { worker, arbitration: false, engine: `${engine.id} ${engine.version}` }, () =>
        recorder.record(engine, { cell: chunk.cell, chunk: chunk.id, blocks, measurements, worker, seconds }),
      ),
    recordBlocks: (cell, blocks, engine) =>
      withEvidence(pool, null, () => recorder.record(engine, { cell, chunk: null, blocks, worker: null, seconds: null })),
    importBlocks: (imported) =>
      withEvidence(pool, { worker: imported.worker, arbitration: false, engine: `${imported.engine.id} ${imported.engine.version}` }, async () => {
        await introduceWorker(queries, imported)
        const { cell, blocks, engine, worker } = imported
        return recorder.record(engine, { cell, chunk: null, blocks, worker, seconds: null })
      }),
    fail: (chunkId, reason) => change((client) => failChunk(client, chunkId, reason)),
    release: (chunkIds) => change((client) => releaseChunks(client, chunkIds)),
    nextRound: (sweepId, round, inits, extensions) =>
      change((client) => nextRound(client, sweepId, { round, inits, extensions: extensions ?? null })),
    finishSweeps: () => finish(pool),
    async cancel(sweepId) {
      const dropped = await change((client) => cancelSweep(client, sweepId))
      return { sweep: await existingSweep(queries, sweepId), dropped }
    },
    async pause(sweepId) {
      const dropped = await change((client) => pauseSweep(client, sweepId))
      return { sweep: await existingSweep(queries, sweepId), dropped }
    },
    async resume(sweepId) {
      await change((client) => resumeSweep(client, sweepId))
      return existingSweep(queries, sweepId)
    },
    async extend(sweepId, wish) {
      await change((client) => extendSweep(client, sweepId, wish))
      return existingSweep(queries, sweepId)
    },
    remove: (sweepId) => change((client) => removeSweep(client, sweepId)),
    async label(sweepId, labels) {
      await change((client) => labelSweep(client, sweepId, labels))
      return existingSweep(queries, sweepId)
    },
    retryGaps: (sweepId) => change((client) => retryGaps(client, sweepId)),
    gaps: (sweepId) => catalogue.gaps(sweepId),

    sweepCells: (sweepId) => sweepCells(queries, sweepId),
    countsVersion: (sweepId) => versions.of(sweepId),
    forgetCountChanges: () => forgetCountChanges(queries),
    cellSpec: (cell) => catalogue.cellSpec(cell),
    cellCounts: (cells) => cellCounts(queries, cells),
    findCells: (filter, page) => findCells(queries, filter, page),
    cell: (cell) => readCell(queries, cell),
    trialPages: (cell, range) => trialPages(queries, cell, range),
    cellTrials: (cell, inits) => cellTrials(queries, cell, inits),
    trial: (cell, index) => readTrial(queries, cell, index),
    measurements: (cell, set, inits) => readMeasurements(queries, cell, { set, inits }),
    verify: (onProgress = () => {}) =>
      transaction(pool, (client) => verifyCells(client, onProgress), 'repeatable read, read only'),

    heartbeat: (worker, flopsPerSecond, activity) => heartbeat(queries, worker, { ...IDLE, ...activity, flopsPerSecond }),
    liveWorkers: (seconds) => liveWorkers(queries, seconds),
    workers: (limit) => listWorkers(queries, limit),
    trustPlace: (workerId) => transaction(pool, (client) => trustPlace(client, workerId)),
    retire: (workerId) => retire(queries, workerId),
    forgetWorkers: (seconds) => forgetWorkers(queries, seconds),
    foreignBlock: (cell, engine) => foreignBlock(queries, cell, engine),
    ...auditMethods(pool),
    ...replayMethods(queries),

    lead: () => takeLeadership(databaseUrl),
    listen: (onChange) => listener.listen(onChange),
    async ping() {
      await queries.query('SELECT 1')
    },
    async close() {
      await announcer.close()
      await listener.close()
      await catalogue.close()
      await pool.end()
    },
  }
}

/** Tells the listeners only when a sweep is done: the planner asks often. */
function finish(pool: pg.Pool): Promise<readonly string[]> {
  return transaction(pool, async (client) => {
    const done = await finishSweeps(client)
    if (done.length > 0) await notifyChange(client)
    return done
  })
}
