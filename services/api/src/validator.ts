import type { TSchema } from '@collapsar/schema'
import { CollapsarError, schemaProblems, SweepFile } from '@collapsar/sweep'
import type { Problem } from '@collapsar/sweep'
import type { FastifySchemaCompiler } from 'fastify'

/** Where a part of a request lies in the pseudo-document that pointers of its problems refer to; the body is the root. */
const POINTERS: Readonly<Record<string, string>> = { body: '', querystring: '/query', params: '/path', headers: '/headers' }

/** The parts in words. */
const PARTS: Readonly<Record<string, string>> = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' }

/**
 * One validator for every part of every request: no coercion, nothing removed, all problems at once. A missing body is null.
 * Sweep files are left to `parseSweep`, which knows what a schema cannot say and has a code of its own.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (Reflect.get(schema, '$id') === Reflect.get(SweepFile, '$id')) return () => true
  const pointer = POINTERS[httpPart ?? 'body'] ?? ''
  return (value: unknown) => {
    const problems = schemaProblems(schema, value ?? null).map((problem) => ({ ...problem, pointer: `${pointer}${problem.pointer}` }))
    return problems.length === 0 ? true : { error: invalidRequest(problems, PARTS[httpPart ?? 'body'] ?? 'body') }
  }
}

function invalidRequest(problems: readonly Problem[], part: string): CollapsarError {
  const sentences = problems.map((problem) => problem.detail).join('; ')
  return new CollapsarError('invalid-request', `The request's ${part} ${part === 'headers' ? 'are' : 'is'} not valid: ${sentences}.`, { problems })
}
