import type { ApiKeyRecord, ApiKeys } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOCAL_CALLER } from './caller.ts'
import type { Caller } from './caller.ts'
import type { KeyRing } from './key-ring.ts'
import { requireLocal } from './local-only.ts'

const ACCEPTED = 'accepted: the header "Authorization: Bearer KEY" with a key of "collapsar keys create"'

/**
 * Who sends the request. Without any key in the database everybody on this machine is trusted; from the first key on, nobody is
 * without one.
 * @throws CollapsarError `unauthorized`, with WWW-Authenticate (RFC 6750, section 3); `not-allowed` from another machine
 */
export async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  { ring, keys }: { readonly ring: KeyRing; readonly keys: Pick<ApiKeys, 'noteUse'> },
): Promise<Caller> {
  if (!(await ring.required())) {
    requireLocal(request)
    return LOCAL_CALLER
  }
  const { authorization } = request.headers
  if (authorization === undefined) throw unauthorized(reply, '', `The request has no API key; ${ACCEPTED}.`)
  const found = await ring.find(bearerToken(authorization))
  if (found === null) throw unauthorized(reply, 'invalid_token', `The API key is not one of this service; ${ACCEPTED}.`)
  requireLive(found.key, reply)
  // A database that cannot be written to still lets others read.
  if (found.fresh) await keys.noteUse(found.key.id).catch((error: unknown) => request.log.warn({ err: error }, 'use of a key not noted'))
  return { ...found.key, owner: found.key.id }
}

/** Empty when it is none. What was sent is a secret, even if it is the wrong one, and is repeated nowhere. */
function bearerToken(header: string): string {
  return /^Bearer +([^\s]{1,200})$/i.exec(header)?.[1] ?? ''
}

function requireLive({ id, revokedAt, expiresAt }: ApiKeyRecord, reply: FastifyReply): void {
  if (revokedAt !== null) throw unauthorized(reply, 'invalid_token', `The API key ${id} was revoked at ${revokedAt.toISOString()}; ${ACCEPTED}.`)
  if (expiresAt === null || Date.now() < expiresAt.getTime()) return
  throw unauthorized(reply, 'invalid_token', `The API key ${id} expired at ${expiresAt.toISOString()}; ${ACCEPTED}.`)
}

function unauthorized(reply: FastifyReply, error: string, message: string): CollapsarError {
  reply.header('www-authenticate', `Bearer realm="collapsar"${error === '' ? '' : `, error="${error}"`}`)
  return new CollapsarError('unauthorized', message)
}
