import {
  LIST_LIMIT,
  ListQuery,
  NoBody,
  NoQuery,
  NotModified,
  RetryResult,
  SubmitHeaders,
  SubmitQuery,
  SweepList,
  SweepPath,
  SweepResource,
  SweepSummary,
} from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { CollapsarError, parseSweep, requireDeviceTime, requireSize, SweepFile } from '@collapsar/sweep'
import type { PlanDocument } from '@collapsar/sweep'
import type { Api } from '../api.ts'
import { callerOf } from '../caller.ts'
import { linkNext, sweepCursor, sweepPosition } from '../cursor.ts'
import { entityTag, notModified } from '../entity-tag.ts'
import { planOf } from '../planning.ts'
import { requireSweep, resourceOf, summaryOf } from '../resources.ts'

/** Submits, lists, follows, cancels and retries sweeps. */
export function sweepRoutes(app: Api, store: Store): void {
  app.post(
    '/v1/sweeps',
    {
      config: { scope: 'submit' },
      schema: {
        summary: 'Submit a sweep',
        operationId: 'submit',
        body: SweepFile,
        querystring: SubmitQuery,
        headers: SubmitHeaders,
        response: { 202: SweepSummary },
      },
    },
    async (request, reply) => {
      const { planHash, allowSlow } = request.query
      const caller = callerOf(request)
      const sweep = parseSweep(request.body, (size) => requireSize(size, caller))
      const plan = await planOf(store, sweep, allowSlow === 'true')
      refuseStale(plan, planHash)
      requireDeviceTime(plan.deviceSeconds.p50, caller)
      const { sweep: record } = await store.createSweep(
        {
          name: sweep.name,
          source: sweep.source,
          cells: sweep.cells,
          adaptive: sweep.adaptive,
          measure: sweep.measure,
          owner: caller.owner,
          maxActiveSweeps: caller.maxActiveSweeps,
        },
        request.headers['idempotency-key'],
      )
      request.log.info({ sweep: record.id, cells: sweep.cells.length }, 'sweep submitted')
      return reply.code(202).header('location', `/v1/sweeps/${record.id}`).send(summaryOf(record))
    },
  )

  app.get(
    '/v1/sweeps',
    { config: { scope: 'read' }, schema: { summary: 'List sweeps', operationId: 'sweeps', querystring: ListQuery, response: { 200: SweepList, 304: NotModified } } },
    async (request, reply) => {
      const { limit: asked, cursor, name, ...filter } = request.query
      const limit = Number(asked ?? LIST_LIMIT.default)
      const conditions = { ...filter, ...(name !== undefined && { namePrefix: name }) }
      const sweeps = await store.listSweeps(conditions, { limit: limit + 1, after: sweepPosition(cursor) })
      const shown = sweeps.slice(0, limit)
      const last = sweeps.length > limit ? shown.at(-1) : undefined
      const next = last === undefined ? null : sweepCursor(last.position)
      if (next !== null) linkNext(request, reply, { cursor: next })
      const page = { sweeps: shown.map(summaryOf), next }
      if (notModified(request, reply, entityTag(page))) return reply.code(304).send(null)
      return reply.code(200).send(page)
    },
  )

  app.get(
    '/v1/sweeps/:id',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'One sweep and how far it is',
        operationId: 'sweep',
        params: SweepPath,
        querystring: NoQuery,
        response: { 200: SweepResource, 304: NotModified },
      },
    },
    async (request, reply) => {
      const sweep = await requireSweep(store, request.params.id)
      const resource = resourceOf(sweep, await store.sweepCells(sweep.id), await store.gaps(sweep.id))
      if (notModified(request, reply, entityTag(resource))) return reply.code(304).send(null)
      return reply.code(200).send(resource)
    },
  )

  actionRoutes(app, store)
}

function actionRoutes(app: Api, store: Store): void {
  const action = { params: SweepPath, querystring: NoQuery, body: NoBody }

  app.post(
    '/v1/sweeps/:id/cancel',
    {
      config: { scope: 'submit', owned: true },
      schema: {
        ...action,
        summary: 'Cancel a sweep; what it has recorded is kept',
        operationId: 'cancel',
        response: { 200: SweepSummary },
      },
    },
    async (request) => {
      const { sweep, dropped } = await store.cancel(request.params.id)
      request.log.info({ sweep: sweep.id, chunks: dropped.length }, 'sweep cancelled')
      return summaryOf(sweep)
    },
  )

  app.post(
    '/v1/sweeps/:id/retry',
    {
      config: { scope: 'submit', owned: true },
      schema: {
        ...action,
        summary: 'Try the lost blocks of a sweep again',
        operationId: 'retry',
        response: { 200: RetryResult },
      },
    },
    async (request) => {
      const blocks = await store.retryGaps(request.params.id)
      request.log.info({ sweep: request.params.id, blocks }, 'gaps retried')
      return { sweep: summaryOf(await requireSweep(store, request.params.id)), blocks }
    },
  )
}

/** Repeating a submit whose answer was lost may be refused here once its trials exist; the key alone then finds the sweep. */
function refuseStale(plan: PlanDocument, planHash: string | undefined): void {
  if (planHash === undefined || planHash === plan.planHash) return
  const message = `The plan is ${planHash.slice(0, 12)}..., but now it would be ${plan.planHash.slice(0, 12)}...; plan again.`
  throw new CollapsarError('conflict', message, { problems: [{ pointer: '/query/planHash', detail: message }] })
}
