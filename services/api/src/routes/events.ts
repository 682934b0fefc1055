import { randomInt } from 'node:crypto'
import { EVENT_STREAM, EventHeaders, HEARTBEAT_SECONDS, NoQuery, SweepPath } from '@collapsar/client'
import { Type } from '@collapsar/schema'
import type { Api } from '../api.ts'
import { EventHub } from '../events/event-hub.ts'
import type { EventHubDependencies, EventLimits } from '../events/event-hub.ts'

const LIMITS: EventLimits = {
  // At most four events a second: more than an eye follows, and a look is not free.
  intervalMs: 250,
  // A lost notification delays an event by no more than this.
  pollMs: 5000,
  // A minute at the highest rate; a large sweep's deltas may fill the bytes sooner.
  ring: { events: 256, bytes: 4 * 1024 * 1024 },
  // About 40 KB of memory each with its socket.
  streams: 2000,
  // An account of a thousand cells takes about a megabyte.
  idleChannels: 32,
  heartbeatMs: HEARTBEAT_SECONDS * 1000,
  stallMs: 2 * HEARTBEAT_SECONDS * 1000,
}

/** When a client comes back after a break, in milliseconds: spread, so that a restart does not bring all at once. */
const RETRY_MS = { least: 1000, most: 3000 }

const HEADERS = {
  'content-type': EVENT_STREAM,
  'cache-control': 'no-store',
  // For reverse proxies that would collect events.
  'x-accel-buffering': 'no',
  // A stream that ends leaves no idle connection behind that a closing server would wait for.
  connection: 'close',
}

/** Follows a sweep by server-sent events (WHATWG HTML, 9.2), whether Accept names their media type or not. */
export function eventRoute(app: Api, deps: EventHubDependencies, limits: Partial<EventLimits> = {}): EventHub {
  const hub = new EventHub(deps, { ...LIMITS, ...limits })
  app.addHook('preClose', () => hub.close())
  app.get(
    '/v1/sweeps/:id/events',
    {
      config: { scope: 'read' },
      // The answer to HEAD would never end.
      exposeHeadRoute: false,
      schema: {
        summary: 'Follow a sweep: a snapshot, then what changes, at most four times a second, and `done` at the end',
        operationId: 'events',
        params: SweepPath,
        querystring: NoQuery,
        headers: EventHeaders,
        response: {
          200: { description: 'a stream of events', content: { [EVENT_STREAM]: { schema: Type.String() } } },
          204: Type.Null({ description: 'the sweep has ended, and the client has its last event: do not come back' }),
        },
      },
    },
    async (request, reply) => {
      const lastEventId = request.headers['last-event-id']
      const begin = await hub.follow({ sweep: request.params.id, lastEventId, response: reply.raw })
      if (begin === null) return reply.code(204).send(null)
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.writeHead(200, HEADERS)
      reply.raw.write(`retry: ${randomInt(RETRY_MS.least, RETRY_MS.most)}\n\n`)
      begin()
      return reply
    },
  )
  return hub
}
