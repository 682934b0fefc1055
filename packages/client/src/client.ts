import { CollapsarError } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { failureOf } from './failure.ts'
import { Plan } from './wire/plans.ts'
import { Surface } from './wire/surface.ts'
import type { SurfaceFormat } from './wire/surface.ts'
import { RetryResult, SweepList, SweepResource, SweepSummary } from './wire/sweeps.ts'

export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:8080`; a path is kept as a prefix. */
  readonly url: string
  /** API key, sent as a bearer token. */
  readonly key?: string
  /** How long an answer may take, in seconds. */
  readonly timeoutSeconds?: number
}

/**
 * The HTTP interface as functions. Each rejects with the CollapsarError that the server reported, under the same code, or with
 * `server-unavailable` naming the address when there is no such server or it does not answer in time. A submit without
 * an idempotency key that fails this way may have been accepted: repeat it with one.
 */
export interface Client {
  submit(source: unknown, options?: SubmitOptions): Promise<SweepSummary>
  /** Newest first. */
  sweeps(limit?: number): Promise<readonly SweepSummary[]>
  sweep(id: string): Promise<SweepResource>
  surface(id: string): Promise<SweepDocument>
  /** The surface in another format, as bytes. */
  surfaceAs(id: string, format: SurfaceFormat): Promise<Uint8Array>
  cancel(id: string): Promise<SweepSummary>
  retry(id: string): Promise<RetryResult>
  plan(source: unknown, options?: PlanOptions): Promise<Plan>
}

export interface SubmitOptions {
  /** 1 to 200 visible ASCII characters. */
  readonly idempotencyKey?: string
  readonly planHash?: string
  readonly allowSlow?: boolean
}

export interface PlanOptions {
  readonly allowSlow?: boolean
  readonly explain?: boolean
}

/** @throws CollapsarError `usage` when the address is not an http or https URL. */
export function createClient(options: ClientOptions): Client {
  const send = sender(options)
  const json = async <T extends TSchema>(schema: T, request: Request): Promise<Static<T>> =>
    decoded(schema, await send(request), options.url)
  const sweepPath = (id: string, action = '') => `v1/sweeps/${encodeURIComponent(id)}${action}`
  return {
    submit: (source, { idempotencyKey, ...query } = {}) =>
      json(SweepSummary, {
        method: 'POST',
        path: `v1/sweeps${queryText(query)}`,
        body: source,
        headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
      }),
    sweeps: async (limit) => (await json(SweepList, { method: 'GET', path: `v1/sweeps${queryText({ limit })}` })).sweeps,
    sweep: (id) => json(SweepResource, { method: 'GET', path: sweepPath(id) }),
    surface: (id) => json(Surface, { method: 'GET', path: sweepPath(id, '/surface') }),
    surfaceAs: async (id, format) => {
      const response = await send({ method: 'GET', path: sweepPath(id, `/surface${queryText({ format })}`) })
      return new Uint8Array(await response.arrayBuffer())
    },
    cancel: (id) => json(SweepSummary, { method: 'POST', path: sweepPath(id, '/cancel') }),
    retry: (id) => json(RetryResult, { method: 'POST', path: sweepPath(id, '/retry') }),
    plan: (source, query = {}) => json(Plan, { method: 'POST', path: `v1/plans${queryText({ ...query })}`, body: source }),
  }
}

interface Request {
  readonly method: 'GET' | 'POST'
  /** Below the server's address, with its query. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const TIMEOUT_SECONDS = 60

/** Sends a request and gives the response when it is a success. */
function sender({ url, key, timeoutSeconds }: ClientOptions): (request: Request) => Promise<Response> {
  const base = baseUrl(url)
  return async ({ method, path, body, headers }) => {
    const response = await fetch(new URL(path, base), {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout((timeoutSeconds ?? TIMEOUT_SECONDS) * 1000),
    }).catch((error: unknown) => {
      throw unreachable(url, error)
    })
    if (!response.ok) throw await failureOf(response, url)
    return response
  }
}

function baseUrl(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null
  if (base === null || !['http:', 'https:'].includes(base.protocol)) {
    throw new CollapsarError('usage', `The server's address is ${JSON.stringify(url)}; accepted: an http or https URL.`)
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

function queryText(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) given.set(name, String(value))
  return given.size === 0 ? '' : `?${given.toString()}`
}

/** `fetch` hides the reason (refused, unknown host, timed out) in the cause. */
function unreachable(url: string, error: unknown): CollapsarError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause))
  return new CollapsarError('server-unavailable', `The server at ${url} cannot be reached: ${reason}.`, { cause: error })
}
