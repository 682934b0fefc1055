import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CollapsarError } from '@collapsar/sweep'
import type pg from 'pg'
import { errorCode } from './connection.ts'

/** The repository's `prisma/migrations`, as seen from `src` and from `dist` alike. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../prisma/migrations/', import.meta.url))

/** The advisory lock that Prisma's own `migrate deploy` takes: both can run at the same time. */
const PRISMA_MIGRATE_LOCK = 72707369

interface Migration {
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly checksum: string
}

/** A row of Prisma's table. */
interface AppliedMigration {
  readonly migration_name: string
  readonly checksum: string
  readonly finished: boolean
}

/** Prisma's own table, to the letter, so that its command line can go on where this runner stopped. */
const CREATE_MIGRATIONS_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
  )`

/**
 * Brings the database up to the migrations in `folder`, each in a transaction of its own together with its row in
 * `_prisma_migrations`. Safe for concurrent processes. Writes nothing when there is nothing to do, so a role that may
 * not create tables can open an up-to-date database.
 * @param client one connection, not in a transaction
 * @returns the names of the migrations that were applied
 * @throws CollapsarError `environment` when the history does not fit, or when the role may not migrate
 */
export async function migrate(client: pg.ClientBase, folder = MIGRATIONS_FOLDER): Promise<readonly string[]> {
  const known = await readMigrations(folder)
  if (pending(known, await appliedMigrations(client)).length === 0) return []
  await client.query('SELECT pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK])
  try {
    const due = pending(known, await appliedMigrations(client))
    for (const migration of due) await apply(client, migration)
    return due.map(({ name }) => name)
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [PRISMA_MIGRATE_LOCK])
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.toSorted().map(async (name) => {
      const bytes = await readFile(`${folder}/${name}/migration.sql`)
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
}

/** What the database's history says, oldest first; empty for a new database. */
async function appliedMigrations(client: pg.ClientBase): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  )
  if (rows[0]?.exists !== true) return []
  const applied = await client.query<AppliedMigration>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  )
  return applied.rows
}

function pending(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  for (const row of applied) checkHistory(row, known)
  const names = new Set(applied.map((row) => row.migration_name))
  return known.filter(({ name }) => !names.has(name))
}

function checkHistory(row: AppliedMigration, known: readonly Migration[]): void {
  const migration = known.find(({ name }) => name === row.migration_name)
  if (migration === undefined) {
    throw unusable(`has the migration "${row.migration_name}", which this version does not know: it is newer`)
  }
  if (!row.finished) throw unusable(`holds the failed migration "${row.migration_name}": resolve it by hand first`)
  if (row.checksum !== migration.checksum) {
    throw unusable(`was migrated by another text of "${row.migration_name}": an applied migration must not be edited`)
  }
}

function unusable(reason: string, cause?: unknown): CollapsarError {
  return new CollapsarError('environment', `The database ${reason}.`, { cause })
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(CREATE_MIGRATIONS_TABLE)
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw errorCode(error) === INSUFFICIENT_PRIVILEGE ? notAllowed(migration, error) : error
  }
}

const INSUFFICIENT_PRIVILEGE = '42501'

function notAllowed(migration: Migration, cause: unknown): CollapsarError {
  return unusable(`lacks the migration "${migration.name}", and this user may not create tables: open it once as its owner`, cause)
}
