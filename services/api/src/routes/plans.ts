import { Plan, PlanQuery } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { parseSweep, requireSize, SweepFile } from '@collapsar/sweep'
import type { PlanDocument } from '@collapsar/sweep'
import type { Api } from '../api.ts'
import { callerOf } from '../caller.ts'
import { planOf } from '../planning.ts'

/** The dry run: nothing is created. */
export function planRoutes(app: Api, store: Store): void {
  app.post(
    '/v1/plans',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'What a sweep would train, what it reuses and how long it takes',
        operationId: 'plan',
        body: SweepFile,
        querystring: PlanQuery,
        response: { 200: Plan },
      },
    },
    async (request) => {
      const sweep = parseSweep(request.body, (size) => requireSize(size, callerOf(request)))
      const plan = await planOf(store, sweep, request.query.allowSlow === 'true')
      return planResponse(plan, request.query.explain === 'true')
    },
  )
}

/** With thousands of cells the explanation is most of the answer, so it is given only when asked for. */
function planResponse({ explain, warnings, ...plan }: PlanDocument, explained: boolean): Plan {
  const cells = explain.map(({ axes, ...cell }) => ({ ...cell, ...(axes !== undefined && { axes: { ...axes } }) }))
  return { ...plan, warnings: [...warnings], ...(explained && { explain: cells }) }
}
