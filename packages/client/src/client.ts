import { randomUUID } from 'node:crypto'
import { Type } from '@collapsar/schema'
import type { ExtensionWish, SweepDocument } from '@collapsar/sweep'
import { connect, queryText } from './connection.ts'
import type { ConnectionOptions } from './connection.ts'
import { operatingClient } from './operating.ts'
import type { OperatingClient } from './operating.ts'
import { eachOfPages } from './pages.ts'
import { readingClient } from './reading.ts'
import type { ReadingClient } from './reading.ts'
import { watchSweep } from './watch.ts'
import type { WatchOptions } from './watch.ts'
import type { SweepEvent } from './wire/events.ts'
import { Plan } from './wire/plans.ts'
import { nullable } from './wire/schemas.ts'
import { Surface } from './wire/surface.ts'
import type { SurfaceFormat } from './wire/surface.ts'
import type { LabelBody } from './wire/sweeps.ts'
import { RetryResult, SweepList, SweepResource, SweepSummary } from './wire/sweeps.ts'

export type ClientOptions = ConnectionOptions

/**
 * The HTTP interface as functions. Each rejects with the CollapsarError that the server reported, under the same code, or with
 * `server-unavailable` naming the address when there is no such server or it does not answer in time. What is refused for a
 * moment, or not reached, is sent again a few times: nothing is done twice, as a submit always has an idempotency key.
 */
export interface Client extends ReadingClient, OperatingClient {
  submit(source: unknown, options?: SubmitOptions): Promise<SweepSummary>
  /** The first page, newest first. */
  sweeps(question?: SweepsQuestion): Promise<readonly SweepSummary[]>
  /** All of them, newest first, page after page as they are asked for. */
  everySweep(question?: SweepsQuestion): AsyncGenerator<SweepSummary, void, undefined>
  sweep(id: string): Promise<SweepResource>
  /** A snapshot, what changes, `done`; goes on by itself after a break. */
  watch(id: string, options?: WatchOptions): AsyncGenerator<SweepEvent, void, undefined>
  surface(id: string): Promise<SweepDocument>
  /** The surface in another format, as bytes. */
  surfaceAs(id: string, format: SurfaceFormat): Promise<Uint8Array>
  cancel(id: string): Promise<SweepSummary>
  pause(id: string): Promise<SweepSummary>
  resume(id: string): Promise<SweepSummary>
  extend(id: string, wish: ExtensionWish): Promise<SweepSummary>
  /** Names, tags or ranks a sweep anew; what is absent stays. */
  label(id: string, labels: Type.Static<typeof LabelBody>): Promise<SweepSummary>
  /** Forgets a sweep that is not active; its trials are kept. */
  remove(id: string): Promise<void>
  retry(id: string): Promise<RetryResult>
  plan(source: unknown, options?: PlanOptions): Promise<Plan>
}

export interface SweepsQuestion {
  /** Sweeps of a page, from 1 to 500; 50 by default. */
  readonly limit?: number
  readonly state?: SweepSummary['state']
  readonly tag?: string
  /** How the names begin. */
  readonly name?: string
  readonly owner?: string
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

/** A page, and where the next one begins. */
const SweepPage = Type.Object({ ...SweepList.properties, next: Type.Optional(nullable(Type.String())) })

/** @throws CollapsarError `usage` when the address is not an http or https URL. */
export function createClient(options: ClientOptions): Client {
  const connection = connect(options)
  const { json, send } = connection
  const page = (question: Readonly<Record<string, string | number | undefined>>) =>
    json(SweepPage, { method: 'GET', path: `v1/sweeps${queryText(question)}` })
  const act = (id: string, action: string, body?: unknown) => json(SweepSummary, { method: 'POST', path: sweepPath(id, `/${action}`), body })
  return {
    ...readingClient(connection),
    ...operatingClient(connection),
    submit: (source, { idempotencyKey = randomUUID(), ...query } = {}) =>
      json(SweepSummary, {
        method: 'POST',
        path: `v1/sweeps${queryText(query)}`,
        body: source,
        headers: { 'idempotency-key': idempotencyKey },
      }),
    sweeps: async (question = {}) => (await page({ ...question })).sweeps,
    everySweep: (question = {}) => eachOfPages(async (cursor) => {
      const { sweeps, next = null } = await page({ ...question, ...(cursor !== null && { cursor }) })
      return { entries: sweeps, next }
    }),
    sweep: (id) => json(SweepResource, { method: 'GET', path: sweepPath(id) }),
    watch: (id, watching) => watchSweep(connection, sweepPath(id, '/events'), watching),
    surface: (id) => json(Surface, { method: 'GET', path: sweepPath(id, '/surface') }),
    surfaceAs: async (id, format) => {
      const response = await send({ method: 'GET', path: sweepPath(id, `/surface${queryText({ format })}`) })
      return new Uint8Array(await response.arrayBuffer())
    },
    cancel: (id) => act(id, 'cancel'),
    pause: (id) => act(id, 'pause'),
    resume: (id) => act(id, 'resume'),
    extend: (id, wish) => act(id, 'extend', wish),
    label: (id, labels) => json(SweepSummary, { method: 'PATCH', path: sweepPath(id), body: labels }),
    remove: async (id) => {
      await (await send({ method: 'DELETE', path: sweepPath(id) })).body?.cancel()
    },
    retry: (id) => json(RetryResult, { method: 'POST', path: sweepPath(id, '/retry') }),
    plan: (source, query = {}) => json(Plan, { method: 'POST', path: `v1/plans${queryText({ ...query })}`, body: source }),
  }
}

function sweepPath(id: string, action = ''): string {
  return `v1/sweeps/${encodeURIComponent(id)}${action}`
}
