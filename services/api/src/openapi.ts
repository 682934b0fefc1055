import { NoQuery, ProblemDocument } from '@collapsar/client'
import type { RouteOptions } from 'fastify'
import { Type } from '@collapsar/schema'
import type { Api } from './api.ts'
import { PROBLEM_MEDIA_TYPE } from './problem.ts'

/** Version of the interface, not of the package: it goes up when a client could break. */
const INTERFACE_VERSION = '1.0.0'

type Json = Readonly<Record<string, unknown>>

/**
 * Collects every route that is added from now on. `serveDescription` adds `/v1/openapi.json`, which describes them in
 * OpenAPI 3.1 by the very schemas that validate: JSON Schema 2020-12 is its own language.
 */
export function openApiRoute(app: Api): { readonly description: () => Json; readonly serveDescription: () => void } {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.schema?.operationId !== undefined && route.method !== 'HEAD') routes.push(route)
  })
  let made: Json | null = null
  const description = () => (made ??= describe(routes))
  let bytes: Buffer | null = null
  return {
    description,
    serveDescription: () => {
      app.get(
        '/v1/openapi.json',
        { config: { scope: null }, schema: { summary: 'This description', operationId: 'openapi', querystring: NoQuery, response: { 200: OpenApi } } },
        async (_, reply) => reply.type('application/json').send((bytes ??= Buffer.from(JSON.stringify(description())))),
      )
    },
  }
}

const OpenApi = {
  description: 'an OpenAPI 3.1 document',
  content: { 'application/json': { schema: Type.Unsafe<unknown>({ type: 'object', required: ['openapi'] }) } },
}

function describe(routes: readonly RouteOptions[]): Json {
  const paths = new Map<string, Record<string, unknown>>()
  for (const route of routes) {
    const path = route.url.replaceAll(/:([A-Za-z]+)/g, '{$1}')
    const operations = paths.get(path) ?? {}
    operations[String(route.method).toLowerCase()] = operation(route)
    paths.set(path, operations)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Collapsar', version: INTERFACE_VERSION, description: 'Sweeps of neural-network trainings, counted exactly.' },
    paths: Object.fromEntries(paths),
    components: {
      schemas: { Problem: ProblemDocument },
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, with one of the scopes named at the operation. None is needed on the machine itself as long as there is no key.',
        },
      },
    },
  }
}

function operation({ schema = {}, config }: RouteOptions): Json {
  const parameters = [
    ...parametersOf('path', schema.params),
    ...parametersOf('query', schema.querystring),
    ...parametersOf('header', schema.headers),
  ]
  const scope = config?.scope ?? null
  return {
    operationId: schema.operationId,
    summary: schema.summary,
    ...(config?.owned === true && { description: 'For the key that submitted the sweep, or one with the scope admin.' }),
    ...(parameters.length > 0 && { parameters }),
    ...(schema.body !== undefined && { requestBody: { content: { 'application/json': { schema: schema.body } } } }),
    responses: { ...responsesOf(schema.response), ...(scope !== null && REFUSALS), default: problem('an error') },
    security: scope === null ? [] : [{ key: [scope] }],
  }
}

function problem(description: string, headers: Json = {}): Json {
  return {
    description,
    ...(Object.keys(headers).length > 0 && { headers }),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

const retryAfter = { 'retry-after': { description: 'seconds to wait', schema: { type: 'string', pattern: '^[0-9]+$' } } }

/** What every operation that needs a scope may answer. */
const REFUSALS = {
  401: problem('no valid API key', { 'www-authenticate': { description: 'RFC 6750', schema: { type: 'string' } } }),
  403: problem('the key lacks the scope, or its quota does not allow it, or the sweep is of another key'),
  429: problem('too many requests', retryAfter),
  503: problem('too much to do, or the database is down', retryAfter),
}

function parametersOf(place: 'path' | 'query' | 'header', schema: unknown): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Json; required?: readonly string[] }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }))
}

/** Answers by status; a schema with `content` is a response object of OpenAPI already. */
function responsesOf(response: unknown): Json {
  const byStatus = Object.entries((response ?? {}) as Readonly<Record<string, Json>>)
  return Object.fromEntries(byStatus.map(([status, schema]) => [status, 'content' in schema ? schema : answer(status, schema)]))
}

/** 304 has no body (RFC 9110, 15.4.5). */
function answer(status: string, schema: Json): Json {
  const description = typeof schema['description'] === 'string' ? schema['description'] : 'success'
  return status === '304' ? { description } : { description, content: { 'application/json': { schema } } }
}
