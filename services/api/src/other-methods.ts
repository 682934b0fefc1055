import { CollapsarError } from '@collapsar/sweep'
import type { HTTPMethods } from 'fastify'
import type { Api } from './api.ts'

/** What a client might try on an address that does not offer it. */
const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Notes the methods of every route that is added from now on. The function it gives answers all other methods on these
 * addresses with 405 and Allow, where Fastify alone would say 404.
 */
export function noteMethods(app: Api): () => void {
  const offered = new Map<string, Set<HTTPMethods>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = offered.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    offered.set(url, methods)
  })
  return () => {
    for (const [url, methods] of offered) refuseOthers(app, url, [...methods].toSorted())
  }
}

function refuseOthers(app: Api, url: string, offered: readonly HTTPMethods[]): void {
  const allow = offered.join(', ')
  app.route({
    method: METHODS.filter((method) => !offered.includes(method)),
    url,
    config: { scope: null },
    // Before the body is read: what it holds does not matter.
    onRequest: async (request, reply) => {
      reply.header('allow', allow)
      throw new CollapsarError('method-not-allowed', `The method is ${request.method}; accepted at this address: ${allow}.`)
    },
    handler: async () => null,
  })
}
