import { BestOfK, BestOfKQuery } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { answeringBestOf, cellBestOf } from '@collapsar/sweep'
import type { BestOfCell } from '@collapsar/sweep'
import { answeredCells, refuseSettingsOfSweep, refuseTooMany } from '../answered-cells.ts'
import type { Api } from '../api.ts'
import { shapeFilter } from '../cell-filter.ts'
import { documentAnswers, sendDocument } from '../send-document.ts'

/** What starting several times and keeping the best is worth, in the cells of a sweep or of a setting. */
export function bestOfKRoute(app: Api, store: Store): void {
  app.get(
    '/v1/best-of-k',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The expected score of the best of K trainings of each cell, and how many restarts it takes',
        operationId: 'bestOfK',
        querystring: BestOfKQuery,
        response: documentAnswers('an answer for each cell that has trials', BestOfK),
      },
    },
    async (request, reply) => {
      const { starts, ...asked } = request.query
      refuseSettingsOfSweep(asked)
      const chosen = answeringBestOf(await answeredCells(store, asked, shapeFilter(asked)))
      refuseTooMany(chosen.map(({ counts }) => counts))
      const cells: BestOfCell[] = []
      for (const { counts, axes } of chosen) {
        cells.push(await cellBestOf(store, counts, { axes, ...(starts !== undefined && { starts: starts.split(',').map(Number) }) }))
      }
      return sendDocument(request, reply, { sweep: asked.sweep ?? null, cells })
    },
  )
}
