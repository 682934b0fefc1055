import type pg from 'pg'
import { auditMethods, withEvidence } from './audit-methods.ts'
import { Catalogue } from './catalogue.ts'
import { chunkWork, issueChunks, unfinishedChunks } from './claims.ts'
import { openPool, poolQueries, storeError, transaction } from './connection.ts'
import type { Queries } from './connection.ts'
import { countsVersion } from './counts-version.ts'
import { createSweep } from './create-sweep.ts'
import { databaseUnavailable, isDatabaseUrl } from './database-unavailable.ts'
import { existingTrials } from './existing-trials.ts'
import { failChunk } from './fail.ts'
import { takeLeadership } from './leadership.ts'
import { measuredTrials } from './measured-trials.ts'
import { migrate } from './migrate.ts'
import { nextRound } from './next-round.ts'
import { Announcer, ChangeListener, notifyChange } from './notifications.ts'
import { cellCounts, cellTrials } from './read-cells.ts'
import { readMeasurements } from './read-measurements.ts'
import { readTrial } from './read-trial.ts'
import { existingSweep, readSweep, sweepCells, sweepProgress } from './read-sweep.ts'
import { Recorder } from './recorder.ts'
import type { Store } from './store.ts'
import { cancelSweep, finishSweeps, retryGaps } from './sweep-state.ts'
import { verifyCells } from './verify.ts'
import { heartbeat, liveWorkers, retire } from './workers.ts'

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
    await prepare(pool, databaseUrl)
  } catch (error) {
    await pool.end()
    throw error
  }
  return storeOn(pool, databaseUrl)
}

async function prepare(pool: pg.Pool, databaseUrl: string): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseUnavailable(databaseUrl, error)
  })
  try {
    await migrate(client)
  } catch (error) {
    throw storeError(error)
  } finally {
    client.release()
  }
}

function storeOn(pool: pg.Pool, databaseUrl: string): Store {
  const catalogue = new Catalogue(pool)
  const queries = poolQueries(pool)
  const listener = new ChangeListener(databaseUrl)
  const announcer = new Announcer(queries)
  const recorder = new Recorder(pool, () => announcer.announce())
  /** A transaction that tells the listeners when it commits. */
  const change = <T>(work: (client: Queries) => Promise<T>): Promise<T> =>
    transaction(pool, async (client) => {
      const result = await work(client)
      await notifyChange(client)
      return result
    })

  return {
    async createSweep(sweep, idempotencyKey) {
      const { id, created } = await change((client) => createSweep(client, sweep, idempotencyKey ?? null))
      return { sweep: await existingSweep(queries, id), created }
    },
    sweep: (id) => readSweep(queries, id),
    sweeps: (limit) => catalogue.sweeps(limit),
    activeSweeps: () => catalogue.activeSweeps(),
    existingTrials: (cells) => existingTrials(queries, cells),
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
    fail: (chunkId, reason) => change((client) => failChunk(client, chunkId, reason)),
    nextRound: (sweepId, round, inits) => change((client) => nextRound(client, sweepId, { round, inits })),
    finishSweeps: () => finish(pool),
    async cancel(sweepId) {
      const dropped = await change((client) => cancelSweep(client, sweepId))
      return { sweep: await existingSweep(queries, sweepId), dropped }
    },
    retryGaps: (sweepId) => change((client) => retryGaps(client, sweepId)),
    gaps: (sweepId) => catalogue.gaps(sweepId),

    sweepCells: (sweepId) => sweepCells(queries, sweepId),
    countsVersion: (sweepId) => countsVersion(queries, sweepId),
    cellSpec: (cell) => catalogue.cellSpec(cell),
    cellCounts: (cells) => cellCounts(queries, cells),
    cellTrials: (cell, inits) => cellTrials(queries, cell, inits),
    trial: (cell, index) => readTrial(queries, cell, index),
    measurements: (cell, set, inits) => readMeasurements(queries, cell, { set, inits }),
    verify: (onProgress = () => {}) =>
      transaction(pool, (client) => verifyCells(client, onProgress), 'repeatable read, read only'),

    heartbeat: (worker, flopsPerSecond) => heartbeat(queries, worker, flopsPerSecond),
    liveWorkers: (seconds) => liveWorkers(queries, seconds),
    retire: (workerId) => retire(queries, workerId),
    ...auditMethods(pool),

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
