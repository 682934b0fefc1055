import { Type } from '@collapsar/schema'
import { closed, count, instant, nullable, oneOf } from './schemas.ts'

export const WORKER_LIMIT = { default: 100, maximum: 1000 }

export const WorkerQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: '^(1000|[1-9][0-9]{0,2})$',
        description: `how many of those seen last: 1 to ${WORKER_LIMIT.maximum} (default ${WORKER_LIMIT.default})`,
      }),
    ),
  },
  closed,
)

export const WorkerResource = Type.Object({
  id: Type.String(),
  state: oneOf(
    ['active', 'draining', 'silent', 'quarantined', 'gone'],
    'silent: it says that it is active or draining, but has not been heard of for a while; quarantined: what it recorded was wrong, or what another one of its place did',
  ),
  engine: Type.String({ description: 'kind of engine: cpu, cuda, webgpu, tfjs' }),
  version: Type.String({ description: 'of its engine' }),
  device: Type.String({ description: "the processor's or the card's name" }),
  threads: count('threads it trains with'),
  host: Type.String(),
  pid: nullable(Type.Integer()),
  flopsPerSecond: nullable(Type.Number({ description: 'by the static cost model, measured on its last chunks; null before the first' })),
  chunks: Type.Array(Type.String(), { description: 'ids of the chunks in its hands' }),
  reason: nullable(Type.String({ description: 'why it is quarantined' })),
  trustedAt: nullable(instant('when the place of a quarantined worker (host, engine, device) was trusted again')),
  startedAt: instant('when it first reported itself'),
  lastSeen: instant('its last report'),
})
export type WorkerResource = Type.Static<typeof WorkerResource>

export const WorkerList = Type.Object({ workers: Type.Array(WorkerResource, { description: 'those first that live' }) })
export type WorkerList = Type.Static<typeof WorkerList>

export const WorkerPath = Type.Object(
  { id: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,128}$', description: 'the id of a worker: 1 to 128 letters, digits, "_", "." and "-"' }) },
  closed,
)

export const TrustedPlace = Type.Object({
  workers: Type.Array(Type.String(), { description: 'ids of those that were quarantined there' }),
})
