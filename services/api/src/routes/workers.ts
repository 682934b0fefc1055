import { NoBody, NoQuery, TrustedPlace, WORKER_LIMIT, WorkerList, WorkerPath, WorkerQuery, workerResource } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import type { Api } from '../api.ts'
import { callerOf } from '../caller.ts'

/** Who trains, on what, what each has in hand, and whom to believe again. */
export function workerRoutes(app: Api, store: Pick<Store, 'workers' | 'trustPlace'>): void {
  app.get(
    '/v1/workers',
    {
      config: { scope: 'read' },
      schema: { summary: 'List workers', operationId: 'workers', querystring: WorkerQuery, response: { 200: WorkerList } },
    },
    async (request) => {
      const workers = await store.workers(Number(request.query.limit ?? WORKER_LIMIT.default))
      return { workers: workers.map(workerResource) }
    },
  )

  app.post(
    '/v1/workers/:id/trust',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Trust the machine and device of a quarantined worker again',
        operationId: 'trustPlace',
        params: WorkerPath,
        querystring: NoQuery,
        body: NoBody,
        response: { 200: TrustedPlace },
      },
    },
    async (request) => {
      const workers = await store.trustPlace(request.params.id)
      request.log.info({ worker: request.params.id, workers, by: callerOf(request).owner }, 'place trusted again')
      return { workers: [...workers] }
    },
  )
}
