import {
  LIST_LIMIT,
  ListQuery,
  NoQuery,
  NotModified,
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
import { SubmitPlans, WORKER_TIMEOUT_SECONDS } from '../planning.ts'
import { requireSweep, resourceOf, summaryOf } from '../resources.ts'

/** Submits, lists and follows sweeps. */
export function sweepRoutes(app: Api, store: Store): void {
  const plans = new SubmitPlans(store)
  app.post(
    '/v1/sweeps',
    {
      config: { scope: 'submit', inLine: true },
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
      const isNeeded = planHash !== undefined || caller.maxDeviceSeconds !== null
      const plan = await plans.planOf(sweep, { allowSlow: allowSlow === 'true', isNeeded })
      if (plan !== null) {
        refuseStale(plan, planHash)
        requireDeviceTime(plan.deviceSeconds.p50, caller)
      }
      const { sweep: record } = await store.createSweep(
        {
          name: sweep.name,
          source: sweep.source,
          cells: sweep.cells,
          adaptive: sweep.adaptive,
          measure: sweep.measure,
          tags: sweep.tags,
          priority: sweep.priority,
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
      const [cells, gaps, workers] = await Promise.all([
        store.sweepCells(sweep.id),
        store.gaps(sweep.id),
        store.liveWorkers(WORKER_TIMEOUT_SECONDS),
      ])
      const resource = resourceOf(sweep, cells, { gaps, workers })
      if (notModified(request, reply, entityTag(resource))) return reply.code(304).send(null)
      return reply.code(200).send(resource)
    },
  )
}

/** Repeating a submit whose answer was lost may be refused here once its trials exist; the key alone then finds the sweep. */
function refuseStale(plan: PlanDocument, planHash: string | undefined): void {
  if (planHash === undefined || planHash === plan.planHash) return
  const message = `The plan is ${planHash.slice(0, 12)}..., but now it would be ${plan.planHash.slice(0, 12)}...; plan again.`
  throw new CollapsarError('conflict', message, { problems: [{ pointer: '/query/planHash', detail: message }] })
}
