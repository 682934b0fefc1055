import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A weak entity tag (RFC 9110, 8.8.3): equal facts, equal tag. */
export function entityTag(facts: unknown): string {
  return `W/"${createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22)}"`
}

/** Sets the tag, and says whether the client has that state already: then 304 without a body is the answer. */
export function notModified(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply.header('etag', tag).header('cache-control', 'no-cache')
  return matches(request.headers['if-none-match'], tag)
}

/**
 * A hook: 304 has no header of the body that it does not have (RFC 9110, 8.6 and 15.4.5). Caches update what they keep by those of a 304:
 * a kept table would become 4 bytes of JSON, which is how an absent document is written.
 */
export async function bareNotModified(_: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.statusCode !== 304) return payload
  reply.removeHeader('content-type')
  return null
}

/** Weak comparison (RFC 9110, 8.8.3.2): the mark W/ does not count. */
function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const opaque = tag.slice('W/'.length)
  return header.split(',').some((candidate) => {
    const given = candidate.trim()
    return given === '*' || given === opaque || given === tag
  })
}
