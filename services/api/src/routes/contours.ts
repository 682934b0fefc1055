import { Contours, ContoursQuery } from '@collapsar/client'
import { contoursDocument } from '@collapsar/report'
import type { Store } from '@collapsar/store'
import { describeCells, describeSweep, settingWords } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import { answeredCells, refuseSettingsOfSweep } from '../answered-cells.ts'
import type { CellsAsked } from '../answered-cells.ts'
import type { Api } from '../api.ts'
import { hasShape, shapeFilter } from '../cell-filter.ts'
import { probabilitiesOf } from '../ranges.ts'
import { requireSweep } from '../resources.ts'
import { documentAnswers, sendDocument } from '../send-document.ts'

/** Where P(collapse) crosses levels, over the maps of a sweep or of one setting. */
export function contoursRoute(app: Api, store: Store): void {
  app.get(
    '/v1/contours',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Where P(collapse) crosses levels: what is shown, what was observed, and what a smooth fit guesses',
        operationId: 'contours',
        querystring: ContoursQuery,
        response: documentAnswers('the contours', Contours),
      },
    },
    async (request, reply) => {
      const { columns, rows, confidence, levels, monotone, ...asked } = request.query
      refuseSettingsOfSweep(asked)
      const asLevels = probabilitiesOf(levels, 'levels')
      const document = await mapDocument(store, asked)
      const axes = { ...(columns !== undefined && { columns }), ...(rows !== undefined && { rows }) }
      const answer = contoursDocument(document, axes, {
        levels: asLevels,
        confidence: confidence === undefined ? null : Number(confidence),
        monotone: monotone === 'true',
      })
      return sendDocument(request, reply, { ...answer, sweep: asked.sweep ?? null })
    },
  )
}

async function mapDocument(store: Store, asked: CellsAsked & Parameters<typeof shapeFilter>[0]): Promise<SweepDocument> {
  const shapes = shapeFilter(asked)
  if (asked.sweep === undefined) {
    const cells = (await answeredCells(store, asked, shapes)).map(({ counts }) => counts)
    const documents = await describeCells(cells, cells.map(() => ({})))
    const trials = documents.reduce((sum, cell) => sum + cell.trials, 0)
    const sweep = { id: '', name: '', state: 'done', setting: settingWords(cells.map(({ spec }) => spec)), trials, reused: trials, seconds: 0 }
    return { sweep, cells: documents }
  }
  const sweep = await requireSweep(store, asked.sweep)
  const document = await describeSweep(sweep, await store.sweepCells(sweep.id), sweep.createdAt)
  return { ...document, cells: document.cells.filter(({ depth, width }) => hasShape({ spec: { depth, width } }, shapes)) }
}
