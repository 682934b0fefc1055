import { NotModified } from '@collapsar/client'
import { STREAM_FORMATS } from '@collapsar/report'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from '@collapsar/schema'
import { Type } from '@collapsar/schema'
import { entityTag, notModified } from './entity-tag.ts'

/** The answers of a route that sends one document, for validation and description. */
export function documentAnswers(description: string, schema: TSchema) {
  return { 200: { description, content: { 'application/json': { schema } } }, 304: NotModified }
}

/** Those of a route that sends the same as a table. */
export function tableAnswers(description: string, schema: TSchema) {
  const tables = Object.values(STREAM_FORMATS).map(({ mediaType }) => [mediaType, { schema: Type.Unknown() }] as const)
  return { 200: { description, content: { 'application/json': { schema }, ...Object.fromEntries(tables) } }, 304: NotModified }
}

/** Sends a document as JSON, whole, or 304 where the client has it: the tag is that of its text. */
export function sendDocument(request: FastifyRequest, reply: FastifyReply, document: object): FastifyReply {
  const text = `${JSON.stringify(document)}\n`
  if (notModified(request, reply, entityTag(text))) return reply.code(304).send(null)
  return reply.type('application/json').send(Buffer.from(text))
}
