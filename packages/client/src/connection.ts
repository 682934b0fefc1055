import { setTimeout as delay } from 'node:timers/promises'
import type { Static, TSchema } from '@collapsar/schema'
import { Value } from '@collapsar/schema'
import { CollapsarError } from '@collapsar/sweep'
import { failureOf } from './failure.ts'

export interface ConnectionOptions {
  /** Where the server is, such as `http://127.0.0.1:7070`; a path is kept as a prefix. */
  readonly url: string
  /** API key, sent as a bearer token. */
  readonly key?: string
  /** How long an answer may take, in seconds. */
  readonly timeoutSeconds?: number
  /** How often a request is sent again when the server cannot be reached or asks to come back soon; 3 by default. */
  readonly retries?: number
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the server's address, with its query. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Whether a second one would do harm, if the first was carried out and its answer lost. */
  readonly once?: boolean
  /** Ends it, in place of the timeout. */
  readonly signal?: AbortSignal
}

/** A server, and how it is spoken to. */
export interface Connection {
  /** A response that is a success. Rejects with the error that the server reported, or `server-unavailable`. */
  send(request: Request): Promise<Response>
  json<T extends TSchema>(schema: T, request: Request): Promise<Static<T>>
}

const TIMEOUT_SECONDS = 60
const RETRIES = 3
/** Pause before the first repetition, in milliseconds; each further one is twice as long. */
const PAUSE_MS = 250
/** The longest `Retry-After` that is waited for, in seconds: with a longer one the caller decides. */
const PATIENCE_SECONDS = 10
/** Statuses that ask to come back: too many requests, and unavailable for now. */
const COME_BACK = [429, 503]

/** @throws CollapsarError `usage` when the address is not an http or https URL. */
export function connect(options: ConnectionOptions): Connection {
  const base = baseUrl(options.url)
  const attempt = async (request: Request): Promise<Response> =>
    fetch(new URL(request.path, base), requestInit(request, options)).catch((error: unknown) => {
      throw unreachable(options.url, error)
    })
  const send = async (request: Request): Promise<Response> => {
    const retries = request.once === true ? 0 : (options.retries ?? RETRIES)
    for (let tried = 0; ; tried += 1) {
      const answer = await attempt(request).catch((error: unknown) => {
        if (tried >= retries || !isWorthRepeating(error) || request.signal?.aborted === true) throw error
        return null
      })
      if (answer?.ok === true) return answer
      const pauseMs = answer === null ? PAUSE_MS * 2 ** tried : comeBackMs(answer)
      if (answer !== null && (pauseMs === null || tried >= retries)) throw await failureOf(answer, options.url)
      await answer?.body?.cancel()
      await delay((pauseMs ?? 0) * (0.5 + Math.random()), undefined, { ...(request.signal !== undefined && { signal: request.signal }) })
    }
  }
  return { send, json: async (schema, request) => decoded(schema, await send(request), options.url) }
}

/** `?a=1&b=2` of what is given; an array gives its name several times. */
export function queryText(parameters: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) for (const one of value) given.append(name, String(one))
    else if (value !== undefined) given.set(name, String(value))
  }
  return given.size === 0 ? '' : `?${given.toString()}`
}

function requestInit({ method, body, headers, signal }: Request, { key, timeoutSeconds }: ConnectionOptions): RequestInit {
  return {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    // A redirect could carry the key elsewhere.
    redirect: 'error',
    signal: signal ?? AbortSignal.timeout((timeoutSeconds ?? TIMEOUT_SECONDS) * 1000),
  }
}

function baseUrl(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null
  if (base === null || !['http:', 'https:'].includes(base.protocol)) {
    throw new CollapsarError('usage', `The server's address is ${JSON.stringify(url)}; accepted: an http or https URL.`)
  }
  if (base.username !== '' || base.password !== '') {
    // Not repeated: it holds a password.
    throw new CollapsarError('usage', "The server's address names a user; accepted: an http or https URL without one. Keys are given apart.")
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return base
}

async function decoded<T extends TSchema>(schema: T, response: Response, url: string): Promise<Static<T>> {
  const value: unknown = await response.json().catch((error: unknown) => {
    throw unreachable(url, error)
  })
  if (Value.Check(schema, value)) return value
  throw new CollapsarError('server-unavailable', `What answers at ${url} is not a Collapsar server of this version.`)
}

/** What took its whole time once is not asked for again. */
function isWorthRepeating(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return !(cause instanceof Error && cause.name === 'TimeoutError')
}

/** null: not before long, or never. */
function comeBackMs({ status, headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? NaN)
  return COME_BACK.includes(status) && seconds <= PATIENCE_SECONDS ? Math.max(seconds * 1000, PAUSE_MS) : null
}

/** `fetch` hides the reason (refused, unknown host, timed out) in the cause. */
function unreachable(url: string, error: unknown): CollapsarError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause))
  return new CollapsarError('server-unavailable', `The server at ${url} cannot be reached: ${reason}.`, { cause: error })
}
