import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { CollapsarError } from '@collapsar/sweep'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { catalogued, problemDocument, PROBLEM_MEDIA_TYPE } from './problem.ts'

/** Seconds after which a client may try again while the database is down, or there is no place for it. */
const RETRY_AFTER_SECONDS = 5

/**
 * Answers a failed request as problem+json, and logs what someone must look at: once, here. Sent as bytes, because to a text
 * Fastify would add a charset that JSON types do not have.
 */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = catalogued(error)
  if (failure.code === 'overloaded') {
    // Its own line for each would be more to do; the line of the answer says 503.
    request.log.debug({ err: error }, 'request shed')
    if (!reply.hasHeader('retry-after')) reply.header('retry-after', String(RETRY_AFTER_SECONDS))
  } else if (failure.status === 503) {
    request.log.warn({ err: error }, 'request refused, a dependency is down')
    reply.header('retry-after', String(RETRY_AFTER_SECONDS))
  } else if (failure.status >= 500) {
    request.log.error({ err: error }, 'request failed')
  }
  return reply
    .code(failure.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(JSON.stringify(problemDocument(failure))))
}

/** Answers what is not HTTP at all (a bad header, too many of them, a slow one) and closes the connection. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = refusal('The request is not valid HTTP/1.1.')
  socket.end(
    `HTTP/1.1 400 ${STATUS_CODES[400]}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Answers the header Expect with anything but 100-continue, which Node would answer without saying why. */
export function refuseExpectation(_: IncomingMessage, response: ServerResponse): void {
  const body = refusal('The header Expect asks for what this server does not do; accepted: 100-continue, or none.')
  response.writeHead(400, { 'content-type': PROBLEM_MEDIA_TYPE, 'content-length': Buffer.byteLength(body), 'connection': 'close' }).end(body)
}

function refusal(message: string): string {
  return JSON.stringify(problemDocument(new CollapsarError('invalid-request', message)))
}
