import { CompareQuery, Comparison } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { comparablePairs, compareSweeps } from '@collapsar/sweep'
import { answeredCells, refuseTooMany } from '../answered-cells.ts'
import type { Api } from '../api.ts'
import { documentAnswers, sendDocument } from '../send-document.ts'

/** Two sweeps on the same initial networks. */
export function compareRoute(app: Api, store: Store): void {
  app.get(
    '/v1/compare',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Two sweeps trial by trial, where both drew the same networks (McNemar, valid however often one looks)',
        operationId: 'compare',
        querystring: CompareQuery,
        response: documentAnswers('the comparison', Comparison),
      },
    },
    async (request, reply) => {
      const { a, b, event = 'collapse' } = request.query
      const [first, second] = await Promise.all([a, b].map((sweep) => answeredCells(store, { sweep }, {})))
      const pairs = comparablePairs(first ?? [], second ?? [])
      refuseTooMany(pairs.flatMap((pair) => [pair.first, pair.second]))
      return sendDocument(request, reply, { event, sweeps: [a, b], pairs: await compareSweeps(store, pairs, event) })
    },
  )
}
