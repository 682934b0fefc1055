import { Value } from '@collapsar/schema'
import { CollapsarError, ERRORS } from '@collapsar/sweep'
import { ProblemDocument } from './wire/health.ts'

/** The error that a response reports, under the code that the server used. */
export async function failureOf(response: Response, url: string): Promise<CollapsarError> {
  const body: unknown = await response.json().catch(() => null)
  if (Value.Check(ProblemDocument, body) && Object.hasOwn(ERRORS, body.code)) {
    return new CollapsarError(body.code, body.detail, { problems: body.errors })
  }
  return new CollapsarError('server-unavailable', `The server at ${url} answered ${response.status} without saying why.`)
}
