import { randomBytes, timingSafeEqual } from 'node:crypto'
import { CollapsarError, NO_QUOTAS } from '@collapsar/sweep'
import type { Quotas, Scope } from '@collapsar/sweep'
import { newSecret, secretDigest } from './api-key-secret.ts'
import type { Queries } from './connection.ts'

/** Everything about a key but the key. */
export interface ApiKeyRecord extends Quotas {
  /** `key-` and 16 hexadecimal digits: the owner of the sweeps that it submits. */
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Date
  /** From then on it is refused; null: never. */
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  /** Its last request, to the minute; null before the first. */
  readonly lastUsedAt: Date | null
}

export interface NewApiKey extends Partial<Quotas> {
  readonly name: string
  /** At least one, without repetition. */
  readonly scopes: readonly Scope[]
  readonly expiresAt?: Date | null
}

/**
 * API keys: created -> expired, revoked; both are final, and no row is ever deleted. So once a key exists the service asks for one
 * for ever: losing the last key never opens it.
 */
export interface ApiKeys {
  /** Gives the key itself, once: only its SHA-256 is stored. */
  create(key: NewApiKey): Promise<{ key: ApiKeyRecord; secret: string }>
  /** The key of this text, whatever its state; null when there is none. */
  find(secret: string): Promise<ApiKeyRecord | null>
  /** Newest first. */
  list(limit: number): Promise<readonly ApiKeyRecord[]>
  /** A revoked one stays as it is. Throws CollapsarError `not-found`. */
  revoke(id: string): Promise<ApiKeyRecord>
  /** Notes that a key was used, at most once a minute. */
  noteUse(id: string): Promise<void>
  /** Whether there is any key, live or not. */
  exist(): Promise<boolean>
}

export function apiKeys(queries: Queries): ApiKeys {
  return {
    create: (key) => createKey(queries, key),
    find: (secret) => findKey(queries, secret),
    list: (limit) => listKeys(queries, limit),
    revoke: (id) => revokeKey(queries, id),
    noteUse: (id) => noteUse(queries, id),
    exist: async () => (await queries.query<{ found: boolean }>('SELECT EXISTS (SELECT FROM api_keys) AS found')).rows[0]?.found === true,
  }
}

const COLUMNS = `id, name, scopes, created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt",
  last_used_at AS "lastUsedAt", max_cells AS "maxCells", max_trials::float8 AS "maxTrials", max_device_seconds AS "maxDeviceSeconds",
  max_active_sweeps AS "maxActiveSweeps", requests_per_minute AS "requestsPerMinute"`

async function createKey(
  queries: Queries,
  { name, scopes, expiresAt = null, ...quotas }: NewApiKey,
): Promise<{ key: ApiKeyRecord; secret: string }> {
  const secret = newSecret()
  const { maxCells, maxTrials, maxDeviceSeconds, maxActiveSweeps, requestsPerMinute } = { ...NO_QUOTAS, ...quotas }
  const { rows } = await queries.query<ApiKeyRecord>(
    `INSERT INTO api_keys (id, name, hash, scopes, expires_at, max_cells, max_trials, max_device_seconds, max_active_sweeps, requests_per_minute)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${COLUMNS}`,
    [
      `key-${randomBytes(8).toString('hex')}`,
      name,
      secretDigest(secret),
      scopes,
      expiresAt,
      maxCells,
      maxTrials,
      maxDeviceSeconds,
      maxActiveSweeps,
      requestsPerMinute,
    ],
  )
  const [key] = rows
  if (key === undefined) throw new Error('a key was stored and not returned')
  return { key, secret }
}

/** The index finds the row by its hash; that both are equal is then decided in constant time, whatever the index compared. */
async function findKey(queries: Queries, secret: string): Promise<ApiKeyRecord | null> {
  const digest = secretDigest(secret)
  if (digest === null) return null
  const { rows } = await queries.query<ApiKeyRecord & { readonly hash: Buffer }>(
    `SELECT ${COLUMNS}, hash FROM api_keys WHERE hash = $1`,
    [digest],
  )
  if (rows[0] === undefined) return null
  const { hash, ...key } = rows[0]
  return timingSafeEqual(hash, digest) ? key : null
}

async function listKeys(queries: Queries, limit: number): Promise<readonly ApiKeyRecord[]> {
  const { rows } = await queries.query<ApiKeyRecord>(`SELECT ${COLUMNS} FROM api_keys ORDER BY created_at DESC, id LIMIT $1`, [limit])
  return rows
}

async function revokeKey(queries: Queries, id: string): Promise<ApiKeyRecord> {
  const { rows } = await queries.query<ApiKeyRecord>(
    `UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING ${COLUMNS}`,
    [id],
  )
  if (rows[0] === undefined) throw new CollapsarError('not-found', `There is no API key "${id}".`)
  return rows[0]
}

/** To the minute: a key in steady use costs one write a minute, not one a request. */
async function noteUse(queries: Queries, id: string): Promise<void> {
  await queries.query(
    `UPDATE api_keys SET last_used_at = date_trunc('minute', clock_timestamp())
     WHERE id = $1 AND last_used_at IS DISTINCT FROM date_trunc('minute', clock_timestamp())`,
    [id],
  )
}
