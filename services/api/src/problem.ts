import { PROBLEM_TYPES } from '@collapsar/client'
import type { ProblemDocument } from '@collapsar/client'
import { CollapsarError, ERRORS } from '@collapsar/sweep'
import { isDatabaseOutage } from './database-outage.ts'

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** Fastify's own refusals that have a status of their own; its other 4xx are requests that were not understood. */
const FASTIFY_ERRORS: Readonly<Record<string, { readonly code: 'too-large' | 'media-type'; readonly message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'too-large', message: 'The body is larger than 1 MiB, which is the limit.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'media-type', message: 'The media type of the body is not one that is read; accepted: application/json (curl: -H "content-type: application/json").' },
}

/** Any failure as an entry of the catalogue. What a user must not see (a stack, a query) stays in the cause. */
export function catalogued(error: unknown): CollapsarError {
  if (error instanceof CollapsarError) return error
  const { code, statusCode } = httpFacts(error)
  const known = FASTIFY_ERRORS[code]
  if (known !== undefined) return new CollapsarError(known.code, known.message, { cause: error })
  if (statusCode >= 400 && statusCode < 500) {
    return new CollapsarError('invalid-request', 'The request was not understood.', { cause: error })
  }
  if (isDatabaseOutage(error)) {
    return new CollapsarError('database-unavailable', 'The database cannot be reached now; try again later.', { cause: error })
  }
  return new CollapsarError('internal', 'The server failed; its log says why.', { cause: error })
}

function httpFacts(error: unknown): { code: string; statusCode: number } {
  if (!(error instanceof Error)) return { code: '', statusCode: 0 }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 0
  return { code, statusCode }
}

/** RFC 9457. A failure whose text may name addresses or files of the server is told in general words. */
export function problemDocument(error: CollapsarError): ProblemDocument {
  const { status, title } = ERRORS[error.code]
  return {
    type: `${PROBLEM_TYPES}${error.code}`,
    title,
    status,
    detail: status < 500 || SHOWN_FAILURES.includes(error.code) ? error.message : `${title}.`,
    code: error.code,
    errors: [...error.problems],
  }
}

/** 5xx whose sentence was written for the client. */
const SHOWN_FAILURES: readonly string[] = ['internal', 'database-unavailable', 'overloaded', 'damaged']
