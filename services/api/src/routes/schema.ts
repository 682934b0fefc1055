import { NoQuery, PROBLEM_TYPES } from '@collapsar/client'
import { Type } from '@collapsar/schema'
import { CollapsarError, ERRORS, SweepFile } from '@collapsar/sweep'
import type { ErrorCode } from '@collapsar/sweep'
import type { Api } from '../api.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'
const sweepFileSchema = Buffer.from(`${JSON.stringify({ $schema: DIALECT, ...SweepFile }, null, 2)}\n`)

const JsonSchema = {
  description: 'a JSON Schema (2020-12)',
  content: { 'application/schema+json': { schema: Type.Unsafe<unknown>({ type: 'object', required: ['$id'] }) } },
}

const ProblemType = Type.Object({
  code: Type.String({ description: 'the code of the error' }),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
})

/** The schema of a sweep file, for editors, and the pages that the `type` of a problem points to. */
export function schemaRoutes(app: Api): void {
  app.get(
    '/schema/sweep/v1.json',
    {
      config: { scope: null },
      schema: { summary: 'The JSON Schema of a sweep file', operationId: 'sweepSchema', querystring: NoQuery, response: { 200: JsonSchema } },
    },
    async (_, reply) => reply.type('application/schema+json').header('cache-control', 'max-age=3600').send(sweepFileSchema),
  )

  app.get(
    `${PROBLEM_TYPES}:code`,
    {
      config: { scope: null },
      schema: {
        summary: 'What an error code means',
        operationId: 'problemType',
        params: Type.Object({ code: Type.String({ maxLength: 60, description: 'an error code' }) }),
        querystring: NoQuery,
        response: { 200: ProblemType },
      },
    },
    async (request) => {
      const { code } = request.params
      if (!isErrorCode(code)) throw new CollapsarError('not-found', `There is no error code "${code}".`)
      return { code, title: ERRORS[code].title, status: ERRORS[code].status }
    },
  )
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
