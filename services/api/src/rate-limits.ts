import rateLimit from '@fastify/rate-limit'
import { CollapsarError } from '@collapsar/sweep'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './api.ts'
import { callerOf } from './caller.ts'

const WINDOW_MS = 60_000
/** Of a key without a quota of its own: 100 a second, several times what a page that follows a sweep and a script that submits need. */
export const DEFAULT_REQUESTS_PER_MINUTE = 6_000
/** Refused keys of one address. Somebody who tries keys out is told to wait, and the log stays readable; valid keys are never refused for it. */
export const FAILURES_PER_MINUTE = 60

/**
 * Counts in this process: behind n API processes a key has n times its rate. The plugin counts the latest 5,000 keys and as many
 * addresses, which bounds the memory.
 */
export interface RateLimits {
  /** Throws CollapsarError `too-many-requests` with Retry-After once the caller's key has used up its minute. */
  countRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** The same for an address that was refused too often. */
  countFailure(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

type Limit = ReturnType<Api['createRateLimit']>

export function rateLimits(app: Api): RateLimits {
  void app.register(rateLimit, { global: false })
  let [byKey, byAddress]: [Limit | null, Limit | null] = [null, null]
  return {
    countRequest: async (request, reply) => {
      const { owner, requestsPerMinute } = callerOf(request)
      byKey ??= app.createRateLimit({
        timeWindow: WINDOW_MS,
        keyGenerator: (sent) => callerOf(sent).owner,
        max: (sent) => callerOf(sent).requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE,
      })
      const waitSeconds = await exceeded(byKey, request)
      if (waitSeconds === null) return
      throw tooMany(reply, waitSeconds, `The API key ${owner} sends more than ${requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE} requests a minute`)
    },
    countFailure: async (request, reply) => {
      byAddress ??= app.createRateLimit({ timeWindow: WINDOW_MS, max: FAILURES_PER_MINUTE })
      const waitSeconds = await exceeded(byAddress, request)
      if (waitSeconds === null) return
      throw tooMany(reply, waitSeconds, `This address sends more than ${FAILURES_PER_MINUTE} requests a minute without a valid API key`)
    },
  }
}

/** Seconds until there is room again; null when there is. */
async function exceeded(limit: Limit, request: FastifyRequest): Promise<number | null> {
  const state = await limit(request)
  return !state.isAllowed && state.isExceeded ? Math.max(1, state.ttlInSeconds) : null
}

function tooMany(reply: FastifyReply, waitSeconds: number, reason: string): CollapsarError {
  reply.header('retry-after', String(waitSeconds))
  return new CollapsarError('too-many-requests', `${reason}; come back in ${waitSeconds} s.`)
}
