import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseSweep } from '@collapsar/sweep'
import { runSql } from '../support/database.ts'
import { finished } from '../support/collapsar.ts'
import { amount } from './form.ts'
import { fact, speed } from './measurement.ts'
import type { Measurement } from './measurement.ts'

const PROCESSES = 4
const COMMITTERS_EACH = 16
const CHUNK_BLOCKS = 8
const SECONDS = amount(30, 10, 2)
const COMMITTER = fileURLToPath(new URL('committer.mjs', import.meta.url))

/** What a process of committers prints. */
interface Committed {
  readonly blocks: number
  readonly errors: readonly string[]
  /** In ms. */
  readonly p50: number
  readonly p99: number
}

/** Chunks of 64 committers in 4 processes over 16 cells, so that committers of different processes meet at every cell. */
export const committers: Measurement = {
  id: 'L5',
  what: `${PROCESSES * COMMITTERS_EACH} committers at once, chunks of ${CHUNK_BLOCKS} blocks, ${SECONDS} s`,
  limitSeconds: SECONDS + 120,
  run: async ({ store, databaseUrl }) => {
    const sweep = parseSweep({ grid: { depth: { from: 2, to: 5 }, width: { from: 1, to: 4 } }, inits: 10_000_000 })
    const { id } = (await store.createSweep(sweep)).sweep
    const cells = sweep.cells.map(({ cell }) => cell)
    const committed = await Promise.all(
      Array.from({ length: PROCESSES }, (_, process) =>
        commit({ databaseUrl, cells, process, processes: PROCESSES, committers: COMMITTERS_EACH, chunkBlocks: CHUNK_BLOCKS, seconds: SECONDS }),
      ),
    )
    const blocks = committed.reduce((sum, one) => sum + one.blocks, 0)
    const [{ deadlocks } = { deadlocks: NaN }] = await runSql<{ deadlocks: number }>(
      databaseUrl,
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    )
    // A cell's prefix ends at the first block that is missing, which the numbers of its blocks tell as well.
    const [{ stored, prefix } = { stored: NaN, prefix: NaN }] = await runSql<{ stored: number; prefix: number }>(
      databaseUrl,
      `SELECT count(*)::int AS stored, count(*) FILTER (WHERE index = place)::int AS prefix
       FROM (SELECT index, row_number() OVER (PARTITION BY cell ORDER BY index) - 1 AS place FROM blocks) numbered`,
    )
    const counted = (await store.sweepCells(id)).reduce((sum, { tally }) => sum + tally.trials, 0)
    return [
      speed('blocks recorded', blocks / SECONDS, 'blocks/s', { above: 3000 }),
      speed('commit of a chunk, p50', Math.max(...committed.map(({ p50 }) => p50)), 'ms', null),
      speed('commit of a chunk, p99', Math.max(...committed.map(({ p99 }) => p99)), 'ms', null),
      fact('errors', committed.reduce((sum, { errors }) => sum + errors.length, 0), 'errors', { below: 1 }),
      fact('deadlocks that the database resolved', deadlocks, 'deadlocks', { below: 1 }),
      fact('blocks acknowledged and not stored, or stored twice', Math.abs(blocks - stored), 'blocks', { below: 1 }),
      fact('blocks of the prefixes that are not counted', Math.abs(prefix - counted / 100), 'blocks', { below: 1 }),
    ]
  },
}

async function commit(options: object): Promise<Committed> {
  const { code, stdout, stderr } = await finished(
    spawn(process.execPath, [COMMITTER, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  if (code !== 0) throw new Error(`a process of committers ended with ${code}: ${stderr.slice(-500)}`)
  return JSON.parse(stdout) as Committed
}
