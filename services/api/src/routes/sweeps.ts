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
import { CollapsarError, parseSweep, SweepFile } from '@collapsar/sweep'
import type { PlanDocument } from '@collapsar/sweep'
import type { Api } from '../api.ts'
import { entityTag, notModified } from '../entity-tag.ts'
import { planOf, WORKER_TIMEOUT_SECONDS } from '../planning.ts'
import { requireSweep, resourceOf, summaryOf } from '../resources.ts'

/** Submits, lists and follows sweeps. */
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
      const sweep = parseSweep(request.body)
      refuseStale(await planOf(store, sweep, allowSlow === 'true'), planHash)
      const { sweep: record } = await store.createSweep(
        { name: sweep.name, source: sweep.source, cells: sweep.cells, adaptive: sweep.adaptive, measure: sweep.measure, tags: sweep.tags, priority: sweep.priority },
        request.headers['idempotency-key'],
      )
      request.log.info({ sweep: record.id, cells: sweep.cells.length }, 'sweep submitted')
      return reply.code(202).header('location', `/v1/sweeps/${record.id}`).send(summaryOf(record))
    },
  )

  app.get(
    '/v1/sweeps',
    { config: { scope: 'read' }, schema: { summary: 'List sweeps', operationId: 'sweeps', querystring: ListQuery, response: { 200: SweepList } } },
    async (request) => {
      const sweeps = await store.sweeps(Number(request.query.limit ?? LIST_LIMIT.default))
      return { sweeps: sweeps.map(summaryOf) }
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
