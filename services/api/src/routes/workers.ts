import { WORKER_LIMIT, WorkerList, WorkerQuery, workerResource } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import type { Api } from '../api.ts'

/** Who trains, on what, and what each has in hand. */
export function workerRoute(app: Api, store: Pick<Store, 'workers'>): void {
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
}
