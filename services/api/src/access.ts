import { SweepId } from '@collapsar/client'
import { Value } from '@collapsar/schema'
import type { Store } from '@collapsar/store'
import { allows, CollapsarError } from '@collapsar/sweep'
import type { Scope } from '@collapsar/sweep'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './api.ts'
import { authenticate } from './authenticate.ts'
import { callerOf } from './caller.ts'
import type { Caller } from './caller.ts'
import { KeyRing } from './key-ring.ts'
import { requireLocal } from './local-only.ts'
import { rateLimits } from './rate-limits.ts'

/**
 * Who may do what, decided before a request's body is read: first who it is (401), then whether they ask too often (429), then whether
 * their scopes hold what the route needs and whether the sweep is theirs (403). Routes of scope null are open: health, documentation and
 * schemas.
 */
export function guardAccess(app: Api, store: Pick<Store, 'keys' | 'sweep'>): void {
  const ring = new KeyRing(store.keys)
  const limits = rateLimits(app)
  app.decorateRequest('caller', null)
  requireScopes(app)
  // Behind a proxy on this machine, open routes are asked under the names of others before the first key is sent.
  app.addHook('onListen', async () => void (await ring.required()))

  app.addHook('onRequest', async (request, reply) => {
    const { scope, owned } = request.routeOptions.config
    if (scope === null || scope === undefined) {
      if (!ring.seen) requireLocal(request)
      return
    }
    request.caller = await authenticate(request, reply, { ring, keys: store.keys }).catch(async (error: unknown) => {
      if (error instanceof CollapsarError && error.code === 'unauthorized') await limits.countFailure(request, reply)
      throw error
    })
    if (ring.seen) await limits.countRequest(request, reply)
    requireScope(request.caller, scope, reply)
    if (owned === true) await requireOwner(store, request)
  })
}

/** A route that states no scope stops the service from starting: silence must not mean everybody. */
function requireScopes(app: Api): void {
  const routes: { readonly url: string; readonly method: string | string[]; readonly config?: { readonly scope?: Scope | null } }[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    const silent = routes.filter(({ config }) => config?.scope === undefined).map(({ method, url }) => `${String(method)} ${url}`)
    if (silent.length > 0) throw new Error(`routes without a scope: ${silent.join(', ')}`)
  })
}

function requireScope({ owner, scopes }: Caller, needed: Scope, reply: FastifyReply): void {
  if (allows(scopes, needed)) return
  reply.header('www-authenticate', `Bearer realm="collapsar", error="insufficient_scope", scope="${needed}"`)
  throw new CollapsarError('not-allowed', `The API key ${owner} has the scope ${scopes.join(', ')}; accepted: ${needed}${needed === 'admin' ? '' : ' or admin'}.`)
}

/** An unknown sweep is nobody's, and what is no id names none: to say so is for the route. */
async function requireOwner(store: Pick<Store, 'sweep'>, request: FastifyRequest): Promise<void> {
  const caller = callerOf(request)
  if (allows(caller.scopes, 'admin')) return
  const { id } = request.params as { readonly id?: unknown }
  if (!Value.Check(SweepId, id)) return
  const sweep = await store.sweep(id)
  if (sweep === null || sweep.owner === caller.owner) return
  throw new CollapsarError('not-allowed', `The sweep "${id}" was submitted by another API key; accepted: that key, or one with the scope admin.`)
}
