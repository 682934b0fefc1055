import { Readable } from 'node:stream'
import { STREAM_FORMATS } from '@collapsar/report'
import type { ColumnPieces } from '@collapsar/report'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface Table {
  readonly format: keyof typeof STREAM_FORMATS
  /** Of the file, without its ending. */
  readonly name: string
  readonly pieces: ColumnPieces
}

/**
 * Sends a table that may be longer than memory: what comes next is read from the database when the client has taken what was sent, and
 * a client that goes away ends the reading. A failure in the middle breaks the connection, so that no client takes a part for the whole.
 */
export function sendTable(request: FastifyRequest, reply: FastifyReply, { format, name, pieces }: Table): FastifyReply {
  const { mediaType, extension, render } = STREAM_FORMATS[format]
  reply.type(mediaType).header('content-disposition', `inline; filename="${name}.${extension}"`)
  // the answer to HEAD would be read to its end, to be thrown away
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  return reply.send(Readable.from(render(pieces), { highWaterMark: 1 }))
}
