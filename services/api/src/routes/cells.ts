import { CellList, CELLS_LIMIT, CellsQuery } from '@collapsar/client'
import { foundCellColumns } from '@collapsar/report'
import type { ColumnPieces } from '@collapsar/report'
import type { CellPosition, Store } from '@collapsar/store'
import type { Api } from '../api.ts'
import { addresses, namedFormat } from '../addresses.ts'
import { cellFilter } from '../cell-filter.ts'
import { cellCursor, cellPosition, linkNext } from '../cursor.ts'
import { describedPages, describeFound, foundPage } from '../found-cells.ts'
import type { CellsQuestion } from '../found-cells.ts'
import { boundedInteger } from '../ranges.ts'
import { requireSweep } from '../resources.ts'
import { sendDocument, tableAnswers } from '../send-document.ts'
import { sendTable } from '../send-table.ts'
import { tableFormat } from '../surface-format.ts'

/** The cells of the whole database, by probability, shape and setting: in pages as JSON, all of them as a table. */
export function cellsRoutes(app: Api, store: Store): void {
  for (const { url, operationId, ending } of addresses('/v1/surface', 'cells', ['csv', 'parquet'])) {
    app.get(
      url,
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Estimates across sweeps, by probability, depth, width and setting',
          operationId,
          querystring: CellsQuery,
          response: tableAnswers('the cells that fit', CellList),
        },
      },
      async (request, reply) => {
        const { query } = request
        if (query.sweep !== undefined) await requireSweep(store, query.sweep)
        const format = tableFormat(namedFormat(ending, query.format), request.headers.accept)
        const question = { filter: cellFilter(query), shown: query.shown === 'true' }
        const page = pageOf(query)
        reply.header('vary', 'accept')
        if (format !== 'json') {
          const pieces = query.limit === undefined && page.after === null ? allPieces(store, question) : pagePieces(store, question, page)
          return sendTable(request, reply, { format, name: 'surface', pieces })
        }
        const { cells, next } = await foundPage(store, question, page)
        const cursor = next === null ? null : cellCursor(next)
        if (cursor !== null) linkNext(request, reply, { cursor })
        return sendDocument(request, reply, { cells: await describeFound(cells), next: cursor })
      },
    )
  }
}

function pageOf({ limit, cursor }: CellsQuery): { readonly limit: number; readonly after: CellPosition | null } {
  const bounds = { name: 'limit', minimum: 1, maximum: CELLS_LIMIT.maximum }
  return { limit: boundedInteger(limit, CELLS_LIMIT.default, bounds), after: cellPosition(cursor) }
}

async function* allPieces(store: Store, question: CellsQuestion): ColumnPieces {
  for await (const cells of describedPages(store, question)) yield foundCellColumns(cells)
}

async function* pagePieces(store: Store, question: CellsQuestion, page: ReturnType<typeof pageOf>): ColumnPieces {
  const { cells } = await foundPage(store, question, page)
  yield foundCellColumns(await describeFound(cells))
}
