import { createHash } from 'node:crypto'
import type { Queries } from './connection.ts'

/** A version that was computed, and what is needed to tell whether it still holds. */
interface Known {
  readonly version: string
  /** Keys of the sweep's cells. */
  readonly cells: ReadonlySet<number>
  /** What the database was when the version last held. */
  readonly seen: Seen
}

interface Seen {
  /** Transactions whose changes were visible: a pg_snapshot. */
  readonly snapshot: string
  /** Another one after a restart of the server or a restored database, whose transactions have other numbers. */
  readonly generation: string
  readonly atMs: number
}

/** What is older is computed again. A tenth of the time for which changes are kept: no transaction takes the other nine. */
const KEPT_MS = 60_000
/** Cells of all sweeps that are remembered, those asked for last: some tens of megabytes. */
const MOST_CELLS = 200_000
/** Changes that are looked through; after more, every cell is quicker. */
const MOST_CHANGES = 2_000

const SEEN = `pg_current_snapshot()::text AS snapshot, pg_postmaster_start_time()::text || ' ' || pg_relation_filenode('cells') AS generation`

/**
 * Versions of what sweeps read. One is made of the versions of the rows that `sweepCells` reads: of the sweep's own row once it is frozen, of
 * the cell's as long as it is not. A row's version is the transaction that wrote it (`xmin`), which any change of the row replaces; after a
 * restore all are others, and nothing worse follows than one answer in full. Every process computes the same.
 *
 * Reading 1,600 rows for that takes some 10 ms. A version that was computed lately is therefore checked: it holds unless a transaction has
 * committed since, that is one invisible in the snapshot of that time and visible now, which changed a cell of the sweep (`count_changes`).
 * The check is one statement on the committed state, so that nobody is told of no change after one was acknowledged, by whichever process.
 */
export class CountsVersions {
  readonly #queries: Queries
  readonly #now: () => number
  /** By sweep; those asked for last at the end. */
  readonly #known = new Map<string, Known>()
  #cells = 0

  /** @param now a clock in milliseconds */
  constructor(queries: Queries, now: () => number = () => performance.now()) {
    this.#queries = queries
    this.#now = now
  }

  async of(sweepId: string): Promise<string> {
    const known = this.#known.get(sweepId)
    const still = known === undefined ? null : await this.#stillHolds(known)
    const current = still ?? (await this.#compute(sweepId))
    this.#remember(sweepId, current)
    return current.version
  }

  /** Null when it may not hold any more. */
  async #stillHolds({ version, cells, seen }: Known): Promise<Known | null> {
    const atMs = this.#now()
    if (atMs - seen.atMs > KEPT_MS) return null
    const { rows } = await this.#queries.query<Omit<Seen, 'atMs'> & { changes: number; changed: readonly number[] }>(
      `WITH change AS (
         SELECT cells FROM count_changes WHERE transaction >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
           AND NOT pg_visible_in_snapshot(transaction::text::xid8, $1::pg_snapshot) LIMIT $2
       )
       SELECT ${SEEN}, (SELECT count(*)::int FROM change) AS changes, ARRAY(SELECT DISTINCT unnest(cells) FROM change) AS changed`,
      [seen.snapshot, MOST_CHANGES],
    )
    const [now] = rows
    if (now === undefined || now.generation !== seen.generation || now.changes === MOST_CHANGES) return null
    if (now.changed.some((cell) => cells.has(cell))) return null
    return { version, cells, seen: { snapshot: now.snapshot, generation: now.generation, atMs } }
  }

  async #compute(sweepId: string): Promise<Known> {
    const atMs = this.#now()
    const { rows } = await this.#queries.query<Omit<Seen, 'atMs'> & { versions: string; cells: readonly number[] }>(
      `SELECT ${SEEN}, coalesce(array_agg(wish.cell), '{}') AS cells, coalesce(
         string_agg(CASE WHEN wish.tally IS NULL THEN 'c' || cells.xmin::text ELSE wish.xmin::text END, ' ' ORDER BY wish.position), '') AS versions
       FROM sweep_cells wish JOIN cells ON cells.key = wish.cell WHERE wish.sweep = $1`,
      [sweepId],
    )
    const { versions = '', cells = [], snapshot = '', generation = '' } = rows[0] ?? {}
    const version = createHash('sha256').update(versions).digest('base64url')
    return { version, cells: new Set(cells), seen: { snapshot, generation, atMs } }
  }

  #remember(sweepId: string, known: Known): void {
    this.#forget(sweepId)
    // A sweep that does not exist has no cell.
    if (known.cells.size === 0) return
    this.#known.set(sweepId, known)
    this.#cells += known.cells.size
    for (const oldest of this.#known.keys()) {
      if (this.#cells <= MOST_CELLS) return
      this.#forget(oldest)
    }
  }

  #forget(sweepId: string): void {
    this.#cells -= this.#known.get(sweepId)?.cells.size ?? 0
    this.#known.delete(sweepId)
  }
}

/** Forgets changes that nobody asks about any more; ten times `KEPT_MS`. */
export async function forgetCountChanges(queries: Queries): Promise<void> {
  await queries.query(`DELETE FROM count_changes WHERE at < clock_timestamp() - interval '10 minutes'`)
}
