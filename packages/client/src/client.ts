import { randomUUID } from 'node:crypto'
import type { SweepDocument } from '@collapsar/sweep'
import { connect, queryText } from './connection.ts'
import type { ConnectionOptions } from './connection.ts'
import { watchSweep } from './watch.ts'
import type { WatchOptions } from './watch.ts'
import type { SweepEvent } from './wire/events.ts'
import { Plan } from './wire/plans.ts'
import { Surface } from './wire/surface.ts'
import type { SurfaceFormat } from './wire/surface.ts'
import { RetryResult, SweepList, SweepResource, SweepSummary } from './wire/sweeps.ts'

export type ClientOptions = ConnectionOptions

/**
 * The HTTP interface as functions. Each rejects with the CollapsarError that the server reported, under the same code, or with
 * `server-unavailable` naming the address when there is no such server or it does not answer in time. What is refused for a
 * moment, or not reached, is sent again a few times: nothing is done twice, as a submit always has an idempotency key.
 */
export interface Client {
  submit(source: unknown, options?: SubmitOptions): Promise<SweepSummary>
  /** Newest first. */
  sweeps(limit?: number): Promise<readonly SweepSummary[]>
  sweep(id: string): Promise<SweepResource>
  /** A snapshot, what changes, `done`; goes on by itself after a break. */
  watch(id: string, options?: WatchOptions): AsyncGenerator<SweepEvent, void, undefined>
  surface(id: string): Promise<SweepDocument>
  /** The surface in another format, as bytes. */
  surfaceAs(id: string, format: SurfaceFormat): Promise<Uint8Array>
  cancel(id: string): Promise<SweepSummary>
  retry(id: string): Promise<RetryResult>
  plan(source: unknown, options?: PlanOptions): Promise<Plan>
}

export interface SubmitOptions {
  /** 1 to 200 visible ASCII characters; a random one by default. */
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
  const connection = connect(options)
  const { json, send } = connection
  return {
    submit: (source, { idempotencyKey = randomUUID(), ...query } = {}) =>
      json(SweepSummary, {
        method: 'POST',
        path: `v1/sweeps${queryText(query)}`,
        body: source,
        headers: { 'idempotency-key': idempotencyKey },
      }),
    sweeps: async (limit) => (await json(SweepList, { method: 'GET', path: `v1/sweeps${queryText({ limit })}` })).sweeps,
    sweep: (id) => json(SweepResource, { method: 'GET', path: sweepPath(id) }),
    watch: (id, watching) => watchSweep(connection, sweepPath(id, '/events'), watching),
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

function sweepPath(id: string, action = ''): string {
  return `v1/sweeps/${encodeURIComponent(id)}${action}`
}
