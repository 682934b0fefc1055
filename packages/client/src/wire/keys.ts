import { Type } from '@collapsar/schema'
import { LIMITS, SCOPES } from '@collapsar/sweep'
import { ListQuery } from './sweeps.ts'
import { closed, instant, nullable, oneOf } from './schemas.ts'

export const KeyPath = Type.Object(
  { id: Type.String({ pattern: '^key-[0-9a-f]{16}$', description: 'the id of an API key: "key-" and 16 hexadecimal digits' }) },
  closed,
)

const scope = oneOf(SCOPES, `one of ${SCOPES.join(', ')}`)

/** Absent and null are the same: no limit but those that hold for everybody. */
const limit = (description: string, maximum: number) =>
  nullable(Type.Integer({ minimum: 1, maximum, description: `${description}: an integer from 1 to ${maximum}` }))

const quotas = {
  maxCells: limit('most cells of a sweep', LIMITS.cells),
  maxTrials: limit('most trials of a sweep over all its cells, rounds to come included', Number.MAX_SAFE_INTEGER),
  maxDeviceSeconds: nullable(
    Type.Number({ exclusiveMinimum: 0, maximum: 1e12, description: 'most device-seconds that the plan of a sweep expects: a number above 0, at most 1e12' }),
  ),
  maxActiveSweeps: limit('most sweeps of the key that are active or paused at a time', 1_000_000),
  requestsPerMinute: limit('most requests in a minute to one API process; null: 6,000', 1_000_000),
}

/** A name or label without control characters. */
const name = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f]{1,120}$',
  description: 'whose it is, in words: 1 to 120 characters without control characters',
})

export const NewKey = Type.Object(
  {
    name,
    scopes: Type.Array(scope, { minItems: 1, maxItems: SCOPES.length, uniqueItems: true, description: `a list of ${SCOPES.join(', ')}, each once` }),
    expiresAt: Type.Optional(
      nullable(
        Type.String({
          pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,3})?Z$',
          description: 'when it stops being accepted, RFC 3339 in UTC such as 2030-12-31T00:00:00Z, or null for never',
        }),
      ),
    ),
    ...Type.Partial(Type.Object(quotas)).properties,
  },
  closed,
)
export type NewKey = Type.Static<typeof NewKey>

const record = {
  id: KeyPath.properties.id,
  name: Type.String(),
  scopes: Type.Array(scope),
  createdAt: instant('when it was created'),
  expiresAt: nullable(instant('from then on it is refused; null: never')),
  revokedAt: nullable(instant('when it was revoked')),
  lastUsedAt: nullable(instant('its last request, to the minute')),
  ...quotas,
}

/** A key without the secret. */
export const Key = Type.Object(record)
export type Key = Type.Static<typeof Key>

/** What creating a key answers: the only answer that has the secret. */
export const CreatedKey = Type.Object({ ...record, key: Type.String({ description: 'the key itself: it is shown once and stored nowhere' }) })
export type CreatedKey = Type.Static<typeof CreatedKey>

/** All keys are few: they have no pages, and no filters. */
export const KeyListQuery = Type.Object({ limit: ListQuery.properties.limit }, closed)

export const KeyList = Type.Object({ keys: Type.Array(Key, { description: 'newest first' }) })
export type KeyList = Type.Static<typeof KeyList>
