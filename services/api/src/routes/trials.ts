import { CellPath, NoQuery, NotModified, SweepPath, TrialList, TrialPath, TrialResource, TRIALS_LIMIT, TrialsQuery } from '@collapsar/client'
import { STREAM_FORMATS, trialColumns } from '@collapsar/report'
import type { ColumnPieces } from '@collapsar/report'
import { Type } from '@collapsar/schema'
import type { CellRecord, Store, SweepCell, TrialRange } from '@collapsar/store'
import { CollapsarError, LIMITS, NO_TRIALS, trialDocument, trialDocuments } from '@collapsar/sweep'
import type { TrialDocument } from '@collapsar/sweep'
import type { Api } from '../api.ts'
import { addresses, namedFormat, operationOf } from '../addresses.ts'
import { linkNext } from '../cursor.ts'
import { entityTag, notModified } from '../entity-tag.ts'
import { boundedInteger } from '../ranges.ts'
import { requireSweep } from '../resources.ts'
import { documentAnswers, sendDocument, tableAnswers } from '../send-document.ts'
import { sendTable } from '../send-table.ts'
import { tableFormat } from '../surface-format.ts'
import { requireCell, unknownCell } from './cell.ts'

/** The records of trials: in pages as JSON, all of a cell or of a sweep as a table. */
export function trialRoutes(app: Api, store: Store): void {
  cellTrialRoutes(app, store)
  sweepTrialRoutes(app, store)
  trialRoute(app, store)
}

function cellTrialRoutes(app: Api, store: Store): void {
  for (const { url, operationId, ending } of addresses('/v1/cells/:cell/trials', 'trials', ['csv', 'parquet'])) {
    app.get(
      url,
      {
        config: { scope: 'read' },
        schema: {
          summary: 'The records of the counted trials of a cell',
          operationId,
          params: CellPath,
          querystring: TrialsQuery,
          response: tableAnswers('the trials, by index', TrialList),
        },
      },
      async (request, reply) => {
        const { query } = request
        const format = tableFormat(namedFormat(ending, query.format), request.headers.accept)
        const cell = await requireCell(store, request.params.cell)
        reply.header('vary', 'accept')
        if (format === 'json') {
          const page = await trialPage(store, cell, pageRange(query))
          if (page.next !== null) linkNext(request, reply, { from: String(page.next) })
          return sendDocument(request, reply, page)
        }
        if (notModified(request, reply, tableTag(cell, [format, query.from, query.limit]))) return reply.code(304).send(null)
        return sendTable(request, reply, { format, name: cell.counts.cell, pieces: cellPieces(store, cell, tableRange(query)) })
      },
    )
  }
}

const bounds = { name: 'from', minimum: 0, maximum: LIMITS.inits }

function pageRange({ from, limit }: TrialsQuery): TrialRange {
  const first = boundedInteger(from, 0, bounds)
  return { from: first, to: first + boundedInteger(limit, TRIALS_LIMIT.default, { name: 'limit', minimum: 1, maximum: TRIALS_LIMIT.maximum }) }
}

/** A table is all of the cell unless a page of it is asked for. */
function tableRange(query: TrialsQuery): TrialRange {
  if (query.limit !== undefined) return pageRange(query)
  return { from: boundedInteger(query.from, 0, bounds), to: LIMITS.inits }
}

async function trialPage(store: Store, { counts }: CellRecord, range: TrialRange): Promise<{ cell: string; trials: TrialDocument[]; next: number | null }> {
  const trials: TrialDocument[] = []
  for await (const page of store.trialPages(counts.cell, range)) trials.push(...trialDocuments(page))
  return { cell: counts.cell, trials, next: range.to < counts.inits ? range.to : null }
}

async function* cellPieces(store: Store, { counts }: CellRecord, range: TrialRange): ColumnPieces {
  yield trialColumns(NO_TRIALS, null)
  for await (const page of store.trialPages(counts.cell, range)) yield trialColumns(page, null)
}

/** Made of the counts, so that an unchanged table is not read: trials that are added change them, and recorded ones never change. */
function tableTag({ counts: { cell, tally, inits, gaps, engines } }: CellRecord, asked: readonly unknown[]): string {
  return entityTag([cell, tally, inits, gaps, engines, asked])
}

function sweepTrialRoutes(app: Api, store: Store): void {
  for (const format of ['csv', 'parquet'] as const) {
    const table = { description: 'the table', content: { [STREAM_FORMATS[format].mediaType]: { schema: Type.Unknown() } } }
    app.get(
      `/v1/sweeps/:id/trials.${format}`,
      {
        config: { scope: 'read' },
        schema: {
          summary: 'The records of all trials that a sweep reads, cell by cell',
          operationId: operationOf('sweepTrials', format),
          params: SweepPath,
          querystring: NoQuery,
          response: { 200: table, 304: NotModified },
        },
      },
      async (request, reply) => {
        const sweep = await requireSweep(store, request.params.id)
        const cells = await store.sweepCells(sweep.id)
        const counts = cells.map(({ cell, inits, tally, digest }) => [cell, inits, tally.trials, digest])
        if (notModified(request, reply, entityTag([format, sweep.id, counts]))) return reply.code(304).send(null)
        return sendTable(request, reply, { format, name: `${sweep.id}-trials`, pieces: sweepPieces(store, cells) })
      },
    )
  }
}

async function* sweepPieces(store: Store, cells: readonly SweepCell[]): ColumnPieces {
  yield trialColumns(NO_TRIALS, { cell: '', depth: 0, width: 0 })
  for (const { cell, spec, inits } of cells) {
    const { depth, width } = spec
    for await (const page of store.trialPages(cell, { from: 0, to: inits })) yield trialColumns(page, { cell, depth, width })
  }
}

function trialRoute(app: Api, store: Store): void {
  app.get(
    '/v1/cells/:cell/trials/:index',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The record of one trial',
        operationId: 'trial',
        params: TrialPath,
        querystring: NoQuery,
        response: documentAnswers('the trial', TrialResource),
      },
    },
    async (request, reply) => {
      const { cell } = request.params
      const index = boundedInteger(request.params.index, 0, { name: 'index', minimum: 0, maximum: LIMITS.inits - 1, part: 'path' })
      const found = await store.trial(cell, index)
      if (found !== null) return sendDocument(request, reply, { cell, ...trialDocument(index, found.record), engine: found.engine })
      if ((await store.cellSpec(cell)) === null) throw unknownCell(cell)
      throw new CollapsarError('not-found', `Trial ${index} of this cell is not recorded.`)
    },
  )
}
