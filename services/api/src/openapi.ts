import { NoQuery, ProblemDocument } from '@collapsar/client'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { Api } from './api.ts'
import { PROBLEM_MEDIA_TYPE } from './problem.ts'

/** Version of the interface, not of the package: it goes up when a client could break. */
const INTERFACE_VERSION = '1.0.0'

type Json = Readonly<Record<string, unknown>>

/**
 * Collects every route that is added from now on. The function it gives adds `/v1/openapi.json`, which describes them in
 * OpenAPI 3.1 by the very schemas that validate: JSON Schema 2020-12 is its own language.
 */
export function openApiRoute(app: Api): () => void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.schema?.operationId !== undefined && route.method !== 'HEAD') routes.push(route)
  })
  return () => {
    const schema = { summary: 'This description', operationId: 'openapi', querystring: NoQuery }
    app.get('/v1/openapi.json', { config: { scope: null }, schema }, async () => description(routes))
  }
}

function description(routes: readonly RouteOptions[]): Json {
  const paths = new Map<string, Record<string, unknown>>()
  for (const { url, method, schema } of routes) {
    const path = url.replaceAll(/:([A-Za-z]+)/g, '{$1}')
    const operations = paths.get(path) ?? {}
    operations[String(method).toLowerCase()] = operation(schema ?? {})
    paths.set(path, operations)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Collapsar', version: INTERFACE_VERSION, description: 'Sweeps of neural-network trainings, counted exactly.' },
    paths: Object.fromEntries(paths),
    components: { schemas: { Problem: ProblemDocument } },
  }
}

function operation(schema: FastifySchema): Json {
  const parameters = [
    ...parametersOf('path', schema.params),
    ...parametersOf('query', schema.querystring),
    ...parametersOf('header', schema.headers),
  ]
  return {
    operationId: schema.operationId,
    summary: schema.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(schema.body !== undefined && { requestBody: { content: { 'application/json': { schema: schema.body } } } }),
    responses: { ...responsesOf(schema.response), default: problemResponse },
  }
}

const problemResponse = {
  description: 'an error',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
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

/** Answers by status; a route without a response schema answers 200 with a document of its own. */
function responsesOf(response: unknown): Json {
  const byStatus = Object.entries((response ?? { 200: {} }) as Readonly<Record<string, Json>>)
  return Object.fromEntries(
    byStatus.map(([status, schema]) => [
      status,
      'content' in schema ? schema : { description: 'success', content: { 'application/json': { schema } } },
    ]),
  )
}
