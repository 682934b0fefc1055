import { ExtendBody, LabelBody, NoBody, NoQuery, RetryResult, SweepPath, SweepSummary } from '@collapsar/client'
import { Type } from '@collapsar/schema'
import type { Store } from '@collapsar/store'
import { requireSize } from '@collapsar/sweep'
import type { FastifyRequest } from 'fastify'
import type { Api } from '../api.ts'
import { callerOf } from '../caller.ts'
import { requireSweep, summaryOf } from '../resources.ts'

const config = { scope: 'submit', owned: true } as const
const bare = { params: SweepPath, querystring: NoQuery }
const action = { ...bare, body: NoBody }

/** Changes what becomes of a sweep. Each may be repeated: an effect that is there already is no error. */
export function sweepActionRoutes(app: Api, store: Store): void {
  stopRoutes(app, store)
  continueRoutes(app, store)
  labelRoute(app, store)
  deleteRoute(app, store)
}

function stopRoutes(app: Api, store: Store): void {
  app.post(
    '/v1/sweeps/:id/cancel',
    {
      config,
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
    '/v1/sweeps/:id/pause',
    {
      config,
      schema: {
        ...action,
        summary: 'Pause a sweep; what it has recorded is kept, and what workers have in hand for it alone is given up',
        operationId: 'pause',
        response: { 200: SweepSummary },
      },
    },
    async (request) => {
      const { sweep, dropped } = await store.pause(request.params.id)
      request.log.info({ sweep: sweep.id, chunks: dropped.length }, 'sweep paused')
      return summaryOf(sweep)
    },
  )
}

function continueRoutes(app: Api, store: Store): void {
  app.post(
    '/v1/sweeps/:id/resume',
    {
      config,
      schema: { ...action, summary: 'Resume a paused sweep', operationId: 'resume', response: { 200: SweepSummary } },
    },
    async (request) => {
      const sweep = await store.resume(request.params.id)
      request.log.info({ sweep: sweep.id }, 'sweep resumed')
      return summaryOf(sweep)
    },
  )

  app.post(
    '/v1/sweeps/:id/extend',
    {
      config,
      schema: {
        ...bare,
        body: ExtendBody,
        summary: 'Ask for more trials of every cell, or for further rounds; a sweep that is done becomes active',
        operationId: 'extend',
        response: { 200: SweepSummary },
      },
    },
    async (request) => {
      const { inits, maxInits } = request.body
      await requireRoom(store, request, inits ?? maxInits ?? 0)
      const sweep = await store.extend(request.params.id, request.body)
      request.log.info({ sweep: sweep.id, ...sweep.extension }, 'sweep extended')
      return summaryOf(sweep)
    },
  )

  app.post(
    '/v1/sweeps/:id/retry',
    {
      config,
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

/** What a key may not submit, it may not reach in steps either. */
async function requireRoom(store: Store, request: FastifyRequest<{ Params: { id: string } }>, inits: number): Promise<void> {
  const caller = callerOf(request)
  if (caller.maxTrials === null) return
  const cells = BigInt((await store.sweepCells(request.params.id)).length)
  requireSize({ cells, trials: cells * BigInt(inits) }, caller)
}

function labelRoute(app: Api, store: Store): void {
  app.patch(
    '/v1/sweeps/:id',
    {
      config,
      schema: {
        ...bare,
        body: LabelBody,
        summary: 'Name, tag or rank a sweep anew; what is absent stays',
        operationId: 'label',
        response: { 200: SweepSummary },
      },
    },
    async (request) => {
      const sweep = await store.label(request.params.id, request.body)
      request.log.info({ sweep: sweep.id }, 'sweep labelled')
      return summaryOf(sweep)
    },
  )
}

/** A second deletion is answered with 404, like any address at which there is nothing: a mistyped id must not look like a success. */
function deleteRoute(app: Api, store: Store): void {
  app.delete(
    '/v1/sweeps/:id',
    {
      config,
      schema: {
        ...action,
        summary: 'Delete a sweep that is not active; its cells and their trials stay',
        operationId: 'remove',
        response: { 204: Type.Null({ description: 'it is gone' }) },
      },
    },
    async (request, reply) => {
      await store.remove(request.params.id)
      request.log.info({ sweep: request.params.id }, 'sweep deleted')
      return reply.code(204).send(null)
    },
  )
}
