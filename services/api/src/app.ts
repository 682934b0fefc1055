import helmet from '@fastify/helmet'
import { BODY_LIMIT } from '@collapsar/client'
import type { Metrics } from '@collapsar/metrics'
import type { Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import Fastify, { LogController } from 'fastify'
import type { Logger } from 'pino'
import { guardAccess } from './access.ts'
import type { Api } from './api.ts'
import { bareNotModified } from './entity-tag.ts'
import { serveDocs } from './docs.ts'
import { shedLoad } from './load-shedding.ts'
import { openApiRoute } from './openapi.ts'
import { noteMethods } from './other-methods.ts'
import { auditRoutes } from './routes/audits.ts'
import { bestOfKRoute } from './routes/best-of-k.ts'
import { cellRoute } from './routes/cell.ts'
import { cellsRoutes } from './routes/cells.ts'
import { compareRoute } from './routes/compare.ts'
import { contoursRoute } from './routes/contours.ts'
import type { EventLimits } from './events/event-hub.ts'
import { eventRoute } from './routes/events.ts'
import { blockRoutes } from './routes/blocks.ts'
import { healthRoutes } from './routes/health.ts'
import { keyRoutes } from './routes/keys.ts'
import { planRoutes } from './routes/plans.ts'
import { safeWidthRoute } from './routes/safe-width.ts'
import { replayRoutes } from './routes/replays.ts'
import { schemaRoutes } from './routes/schema.ts'
import { surfaceRoute } from './routes/surface.ts'
import { sweepActionRoutes } from './routes/sweep-actions.ts'
import { sweepRoutes } from './routes/sweeps.ts'
import { workerRoutes } from './routes/workers.ts'
import { trialRoutes } from './routes/trials.ts'
import { refuseConnection, refuseExpectation, sendProblem } from './send-problem.ts'
import { parseStrictJson } from './strict-json.ts'
import { validatorCompiler } from './validator.ts'

export interface ApiOptions {
  readonly store: Store
  readonly log: Logger
  /** Where answers are counted; none: nowhere. */
  readonly metrics?: Metrics
  /** Of event streams, where they are not the usual ones. */
  readonly eventLimits?: Partial<EventLimits>
  /** Addresses and networks of proxies: who speaks through them is known by X-Forwarded-For, and who does not by the address itself. */
  readonly trustedProxies?: readonly string[]
}

/** A request that takes longer to arrive is dropped. */
const REQUEST_TIMEOUT_MS = 30_000
const MAXIMUM_PARAMETER_LENGTH = 128

/**
 * The HTTP service as an application that does not listen yet. It reads and writes the store alone: no queue, no engine.
 * Every failure leaves as problem+json with a code of the catalogue.
 */
export function buildApi(options: ApiOptions): Api {
  const { store, log, metrics, trustedProxies = [] } = options
  const app: Api = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What still arrives while closing is answered by the same code as ever.
    return503OnClosing: false,
    // What lacks it is refused below, in our own words.
    http: { requireHostHeader: false },
    routerOptions: { maxParamLength: MAXIMUM_PARAMETER_LENGTH },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: refuseConnection,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request) => {
    throw new CollapsarError('not-found', `There is nothing at ${JSON.stringify(request.url.slice(0, 200))}; /docs describes what there is.`)
  })
  void app.register(helmet)
  app.addHook('onSend', bareNotModified)
  guardRequests(app)
  shedLoad(app)
  guardAccess(app, store)
  logRequests(app, metrics ?? null)
  addRoutes(app, options)
  return app
}

function guardRequests(app: Api): void {
  app.server.on('checkExpectation', refuseExpectation)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) =>
    body.length === 0 ? null : parseStrictJson(body),
  )
  app.addHook('onRequest', async (request) => {
    // RFC 9112, 3.2; probes of HTTP/1.0 have none.
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0') {
      throw new CollapsarError('invalid-request', 'The request has no header Host; accepted: the name of this server.')
    }
    const encoding = request.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') {
      throw new CollapsarError('media-type', `The body is encoded as ${JSON.stringify(encoding)}; accepted: no content encoding.`)
    }
  })
}

/** Addresses that orchestrators ask every few seconds. */
const PROBES: readonly (string | undefined)[] = ['/healthz', '/readyz']

/** One line for each answer. Headers, queries and bodies are not logged: they may hold keys and names. */
function logRequests(app: Api, metrics: Metrics | null): void {
  app.addHook('onResponse', async ({ method, routeOptions, log }, reply) => {
    const seconds = Number((reply.elapsedTime / 1000).toFixed(6))
    metrics?.requestSeconds.observe({ method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) }, seconds)
    const facts = { method, route: routeOptions.url ?? null, status: reply.statusCode, seconds }
    if (PROBES.includes(routeOptions.url)) log.debug(facts, 'request answered')
    else log.info(facts, 'request answered')
  })
}

function addRoutes(app: Api, options: ApiOptions): void {
  const { store } = options
  const refuseOtherMethods = noteMethods(app)
  const { serveDescription, description } = openApiRoute(app)
  sweepRoutes(app, store)
  sweepActionRoutes(app, store)
  surfaceRoute(app, store)
  readingRoutes(app, store)
  eventRoute(app, options, options.eventLimits)
  planRoutes(app, store)
  auditRoutes(app, store)
  keyRoutes(app, store)
  blockRoutes(app, options)
  replayRoutes(app, store)
  workerRoutes(app, store)
  healthRoutes(app, store)
  schemaRoutes(app)
  serveDescription()
  refuseOtherMethods()
  serveDocs(app, description)
}

/** Questions about what was counted, whoever asked for it. */
function readingRoutes(app: Api, store: Store): void {
  cellsRoutes(app, store)
  cellRoute(app, store)
  trialRoutes(app, store)
  contoursRoute(app, store)
  safeWidthRoute(app, store)
  bestOfKRoute(app, store)
  compareRoute(app, store)
}
