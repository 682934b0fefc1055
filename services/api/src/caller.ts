import { NO_QUOTAS, SCOPES } from '@collapsar/sweep'
import type { Quotas, Scope } from '@collapsar/sweep'
import type { FastifyRequest } from 'fastify'

/** Who sends a request, and what they may do. */
export interface Caller extends Quotas {
  /** The id of an API key, or `local`: what the sweeps of this caller are owned by. */
  readonly owner: string
  readonly scopes: readonly Scope[]
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read, on every route that needs a scope. */
    caller: Caller | null
  }
}

/** Whoever is on this machine, as long as no API key exists. */
export const LOCAL_CALLER: Caller = { owner: 'local', scopes: SCOPES, ...NO_QUOTAS }

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('a route without a scope asked who called it')
  return request.caller
}
