// Fastify's own validator, of a make other than the one that validates requests here.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { SCOPES } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { routesOf } from '../../../test/support/routes.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
}

interface Description {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: object; readonly securitySchemes: object }
}

let server: TestServer
let api: TestApi
let document: Description
beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
  document = (await api.app.inject('/v1/openapi.json')).json<Description>()
})
afterAll(async () => {
  await api.close()
  await server.close()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation, place: `${method.toUpperCase()} ${path}` })),
  )

/** Every object of a JSON value, with its own. */
function objectsOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  return [...(Array.isArray(value) ? [] : [value as Record<string, unknown>]), ...Object.values(value).flatMap(objectsOf)]
}

describe('the OpenAPI description', () => {
  it('has every route of the router and no other', async () => {
    const routes = (await routesOf(api.app)).map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(routes.length).toBeGreaterThanOrEqual(15)
    expect(operations().map(({ place }) => place).toSorted()).toEqual(routes.toSorted())
  })

  it('is OpenAPI 3.1 with the required fields', () => {
    expect(Object.keys(document)).toEqual(['openapi', 'info', 'paths', 'components'])
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: 'Collapsar', version: '1.0.0' })
    for (const path of Object.keys(document.paths)) expect(path).toMatch(/^\//)
  })

  it('names every operation once and says what it is for', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { place, operation } of operations()) {
      expect([place, operation.operationId, operation.summary]).toEqual([place, expect.stringMatching(/^[A-Za-z]+$/), expect.stringMatching(/\S/)])
    }
  })

  it('states the scope of every operation, or that it is open, and what is refused', () => {
    expect(document.components.securitySchemes).toMatchObject({ key: { type: 'http', scheme: 'bearer' } })
    const open = operations().filter(({ operation }) => operation.security.length === 0)
    for (const { place, operation } of operations()) {
      const [requirement] = operation.security
      if (requirement === undefined) continue
      expect([place, Object.keys(requirement), SCOPES.includes(requirement['key']![0] as never)]).toEqual([place, ['key'], true])
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '429', '503']))
    }
    expect(open.map(({ path }) => path).toSorted()).toEqual(['/healthz', '/problems/{code}', '/readyz', '/schema/sweep/v1.json', '/v1/openapi.json'])
  })

  it('describes every answer: at least one success and the error', () => {
    for (const { place, operation } of operations()) {
      const statuses = Object.keys(operation.responses)
      expect([place, statuses.some((status) => /^2\d\d$/.test(status)), statuses.includes('default')]).toEqual([place, true, true])
      for (const response of Object.values(operation.responses)) expect([place, response.description]).toEqual([place, expect.stringMatching(/\S/)])
      for (const media of Object.values(operation.responses['default']!.content!)) expect(media).toEqual({ schema: { $ref: '#/components/schemas/Problem' } })
    }
  })

  it('has a required parameter for each place in a path and for nothing else in it', () => {
    for (const { place, path, operation } of operations()) {
      const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect([place, declared.map(({ name }) => name)]).toEqual([place, places])
      expect(declared.every(({ required }) => required)).toBe(true)
      const names = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`)
      expect(new Set(names).size).toBe(names.length)
    }
  })

  it('refers only to what it holds', () => {
    const references = objectsOf(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []))
    expect(references.length).toBeGreaterThan(0)
    for (const reference of new Set(references)) {
      const keys = reference.split('/').slice(1)
      const target = keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document)
      expect([reference, typeof target]).toEqual([reference, 'object'])
    }
  })

  it('has schemas of JSON Schema 2020-12 alone, that another validator compiles strictly', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false })
    ajv.addSchema({ $id: '/description', components: document.components }, undefined, undefined, false)
    const schemas = objectsOf(document.paths).flatMap(({ schema }) => (typeof schema === 'object' && schema !== null ? [schema] : []))
    expect(schemas.length).toBeGreaterThan(40)
    for (const schema of schemas) {
      if ('$ref' in schema) continue
      ajv.removeSchema((schema as { $id?: string }).$id ?? '')
      expect(() => ajv.compile(schema), JSON.stringify(schema).slice(0, 200)).not.toThrow()
    }
  })

  it('is what validates: its schema of a sweep takes and refuses what the service does', async () => {
    const { schema } = document.paths['/v1/plans']!['post']!.requestBody!.content['application/json']!
    const validate = new Ajv2020({ strict: false }).compile(schema)
    const good = { grid: { depth: 2, width: 2 }, inits: 100 }
    for (const body of [good, { ...good, inits: -1 }, { ...good, unknown: 1 }, { inits: 100 }, { ...good, network: { activation: 'none' } }]) {
      const { statusCode } = await api.app.inject({ method: 'POST', url: '/v1/plans', payload: body })
      expect([JSON.stringify(body), validate(body)]).toEqual([JSON.stringify(body), statusCode === 200])
    }
  })
})

describe('/docs', () => {
  it('is a page of files of this server alone, that shows this description', async () => {
    const page = await api.app.inject('/docs')
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!)
    expect(sources.length).toBeGreaterThanOrEqual(4)
    for (const source of sources) {
      expect(source).not.toMatch(/^(https?:)?\/\//)
      const file = await api.app.inject(new URL(source, 'http://localhost/docs').pathname)
      expect([source, file.statusCode]).toEqual([source, 200])
    }
    expect((await api.app.inject('/docs/json')).json()).toEqual(document)
  })

  it('runs no script of others, and none that is written into the page', async () => {
    const { headers, body } = await api.app.inject('/docs')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("script-src 'self';")
    // It would send the page's own files to https, where nobody answers.
    expect(policy).not.toContain('upgrade-insecure-requests')
    for (const [, attributes, text] of body.matchAll(/<script([^>]*)>([^<]*)/g)) expect([attributes!.includes('src='), text!.trim()]).toEqual([true, ''])
  })
})
