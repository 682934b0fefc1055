import { Type } from '@collapsar/schema'
import { ERRORS } from '@collapsar/sweep'
import type { ErrorCode } from '@collapsar/sweep'
import { oneOf } from './schemas.ts'

export const Health = Type.Object({ status: oneOf(['ok'], 'ok') })

/** Where a problem's `type` points, followed by its code. */
export const PROBLEM_TYPES = '/problems/'

/** RFC 9457, `application/problem+json`. */
export const ProblemDocument = Type.Object(
  {
    type: Type.String({ description: `a relative reference, ${PROBLEM_TYPES} and the code; it never changes` }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'names the value received and what is accepted' }),
    code: oneOf(Object.keys(ERRORS) as readonly ErrorCode[], `one of ${Object.keys(ERRORS).join(', ')}`),
    errors: Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), {
      description: 'every problem with its RFC 6901 pointer into the body, or into { query, headers, path }',
    }),
  },
  { description: 'an error' },
)
export type ProblemDocument = Type.Static<typeof ProblemDocument>
