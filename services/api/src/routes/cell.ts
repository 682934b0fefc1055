import { CellPath, CellResource, NoQuery } from '@collapsar/client'
import type { CellRecord, Store } from '@collapsar/store'
import { CollapsarError, describeCells, settingsOf, settingWords } from '@collapsar/sweep'
import type { Api } from '../api.ts'
import { documentAnswers, sendDocument } from '../send-document.ts'

/** What is known of one cell, whoever asked for it. */
export function cellRoute(app: Api, store: Store): void {
  app.get(
    '/v1/cells/:cell',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'One cell: what it trains, what was counted, who reads it',
        operationId: 'cell',
        params: CellPath,
        querystring: NoQuery,
        response: documentAnswers('the cell', CellResource),
      },
    },
    async (request, reply) => sendDocument(request, reply, await resourceOf(await requireCell(store, request.params.cell))),
  )
}

/** @throws CollapsarError `not-found` */
export async function requireCell(store: Store, id: string): Promise<CellRecord> {
  const cell = await store.cell(id)
  if (cell === null) throw unknownCell(id)
  return cell
}

export function unknownCell(id: string): CollapsarError {
  return new CollapsarError('not-found', `There is no cell "${id}".`)
}

async function resourceOf({ counts, sweeps, lost }: CellRecord): Promise<object> {
  const { cell, spec, engines } = counts
  const [document] = await describeCells([counts], [settingsOf(spec)])
  return { cell, setting: settingWords([spec]), spec, counts: document, engines, sweeps, lost }
}
