import { CreatedKey, Key, KeyList, KeyListQuery, KeyPath, keyResource, LIST_LIMIT, NewKey, NoBody, NoQuery } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { Api } from '../api.ts'
import { callerOf } from '../caller.ts'

/** Creates, lists and revokes API keys. */
export function keyRoutes(app: Api, { keys }: Pick<Store, 'keys'>): void {
  const config = { scope: 'admin' } as const

  app.post(
    '/v1/keys',
    {
      config,
      schema: { summary: 'Create an API key; it is shown once', operationId: 'createKey', querystring: NoQuery, body: NewKey, response: { 201: CreatedKey } },
    },
    async (request, reply) => {
      const { expiresAt = null, ...wish } = request.body
      const { key, secret } = await keys.create({ ...wish, expiresAt: expiresAt === null ? null : expiry(expiresAt) })
      request.log.info({ created: key.id, scopes: key.scopes, by: callerOf(request).owner }, 'API key created')
      return reply.code(201).header('cache-control', 'no-store').send({ ...keyResource(key), key: secret })
    },
  )

  app.get(
    '/v1/keys',
    { config, schema: { summary: 'List API keys', operationId: 'keys', querystring: KeyListQuery, response: { 200: KeyList } } },
    async (request) => ({ keys: (await keys.list(Number(request.query.limit ?? LIST_LIMIT.default))).map(keyResource) }),
  )

  app.post(
    '/v1/keys/:id/revoke',
    {
      config,
      schema: {
        summary: 'Revoke an API key: within seconds it is refused everywhere',
        operationId: 'revokeKey',
        params: KeyPath,
        querystring: NoQuery,
        body: NoBody,
        response: { 200: Key },
      },
    },
    async (request) => {
      const key = await keys.revoke(request.params.id)
      request.log.info({ revoked: key.id, by: callerOf(request).owner }, 'API key revoked')
      return keyResource(key)
    },
  )
}

/** The schema lets the 31st of February through, which JavaScript moves to March. */
function expiry(text: string): Date {
  const date = new Date(text)
  if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 10)) && date.getTime() > Date.now()) return date
  const detail = `expiresAt is ${JSON.stringify(text)}; accepted: a time to come, or null`
  throw new CollapsarError('invalid-request', `The request's body is not valid: ${detail}.`, { problems: [{ pointer: '/expiresAt', detail }] })
}
