import helmet from '@fastify/helmet'
import { BODY_LIMIT } from '@collapsar/client'
import type { Metrics } from '@collapsar/metrics'
import type { Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import Fastify, { LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Api } from './api.ts'
import { requireLocal } from './local-only.ts'
import { openApiRoute } from './openapi.ts'
import { noteMethods } from './other-methods.ts'
import { healthRoutes } from './routes/health.ts'
import { planRoutes } from './routes/plans.ts'
import { schemaRoutes } from './routes/schema.ts'
import { surfaceRoute } from './routes/surface.ts'
import { sweepActionRoutes } from './routes/sweep-actions.ts'
import { sweepRoutes } from './routes/sweeps.ts'
import { refuseConnection, sendProblem } from './send-problem.ts'
import { parseStrictJson } from './strict-json.ts'
import { validatorCompiler } from './validator.ts'

export interface ApiOptions {
  readonly store: Store
  readonly log: Logger
  /** Where answers are counted; none: nowhere. */
  readonly metrics?: Metrics
}

/** A request that takes longer to arrive is dropped. */
const REQUEST_TIMEOUT_MS = 30_000
const MAXIMUM_PARAMETER_LENGTH = 128

/**
 * The HTTP service as an application that does not listen yet. It reads and writes the store alone: no queue, no engine.
 * Every failure leaves as problem+json with a code of the catalogue.
 */
export function buildApi({ store, log, metrics }: ApiOptions): Api {
  const app: Api = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What still arrives while closing is answered by the same code as ever.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAXIMUM_PARAMETER_LENGTH },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: refuseConnection,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request) => {
    throw new CollapsarError('not-found', `There is nothing at ${JSON.stringify(request.url.slice(0, 200))}.`)
  })
  void app.register(helmet)
  guardRequests(app)
  logRequests(app, metrics ?? null)
  addRoutes(app, store)
  return app
}

function guardRequests(app: Api): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) =>
    body.length === 0 ? null : parseStrictJson(body),
  )
  app.addHook('onRequest', async (request) => {
    requireLocal(request)
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

function addRoutes(app: Api, store: Store): void {
  const refuseOtherMethods = noteMethods(app)
  const serveDescription = openApiRoute(app)
  sweepRoutes(app, store)
  sweepActionRoutes(app, store)
  surfaceRoute(app, store)
  planRoutes(app, store)
  healthRoutes(app, store)
  schemaRoutes(app)
  serveDescription()
  refuseOtherMethods()
}
