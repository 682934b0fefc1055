/** One thing that is wrong with a request, and where: `pointer` is an RFC 6901 JSON pointer into the document. */
export interface Problem {
  readonly pointer: string
  readonly detail: string
}

/**
 * Every error that a user can cause or meet, with the HTTP status and the exit code of the command line.
 * A code is part of the contract (`type` of problem+json); its sentence is written where it is thrown.
 */
export const ERRORS = {
  'usage': { status: 400, exitCode: 2, title: 'The command was not understood' },
  'invalid-request': { status: 400, exitCode: 2, title: 'The request was not understood' },
  'invalid-file': { status: 400, exitCode: 3, title: 'The file cannot be read' },
  'method-not-allowed': { status: 405, exitCode: 2, title: 'The address does not offer this method' },
  'not-acceptable': { status: 406, exitCode: 2, title: 'The format is not offered' },
  'too-large': { status: 413, exitCode: 3, title: 'The request is too large' },
  'media-type': { status: 415, exitCode: 2, title: 'The media type of the request is not understood' },
  'invalid-spec': { status: 422, exitCode: 3, title: 'The sweep is not valid' },
  'too-slow': { status: 422, exitCode: 3, title: 'The sweep is too slow to be run safely' },
  'not-allowed': { status: 403, exitCode: 4, title: 'Not allowed' },
  'not-found': { status: 404, exitCode: 5, title: 'Not found' },
  'conflict': { status: 409, exitCode: 6, title: 'In conflict with what exists' },
  'idempotency-mismatch': { status: 422, exitCode: 6, title: 'The idempotency key was used for another request' },
  'database-unavailable': { status: 503, exitCode: 7, title: 'The database cannot be reached' },
  'queue-unavailable': { status: 503, exitCode: 7, title: 'The queue cannot be reached' },
  'overloaded': { status: 503, exitCode: 7, title: 'The server has too much to do' },
  'port-in-use': { status: 503, exitCode: 7, title: 'The address is in use' },
  'server-unavailable': { status: 503, exitCode: 7, title: 'The server cannot be reached' },
  'engine-unavailable': { status: 503, exitCode: 1, title: 'No engine can train this' },
  'internal': { status: 500, exitCode: 1, title: 'The server failed' },
  'environment': { status: 500, exitCode: 1, title: 'The environment is not usable' },
  'storage': { status: 500, exitCode: 1, title: 'The data cannot be stored' },
  'damaged': { status: 500, exitCode: 1, title: 'Stored data are damaged' },
} as const satisfies Record<string, { status: number; exitCode: number; title: string }>

export type ErrorCode = keyof typeof ERRORS

/** An expected, user-facing failure. `message` names the value received and what is accepted. */
export class CollapsarError extends Error {
  readonly code: ErrorCode
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode, message: string, options: { problems?: readonly Problem[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CollapsarError'
    this.code = code
    this.problems = options.problems ?? []
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get exitCode(): number {
    return ERRORS[this.code].exitCode
  }
}
