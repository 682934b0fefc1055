import { BlockImport, ImportResult, NoQuery } from '@collapsar/client'
import { countRecorded } from '@collapsar/metrics'
import type { Metrics } from '@collapsar/metrics'
import type { Store } from '@collapsar/store'
import { CollapsarError, encodedBlock, ENGINE_KINDS } from '@collapsar/sweep'
import type { EncodedBlock, Problem } from '@collapsar/sweep'
import type { Api } from '../api.ts'

/** Takes blocks from workers that reach no database. */
export function blockRoutes(app: Api, { store, metrics }: { readonly store: Store; readonly metrics?: Metrics }): void {
  app.post(
    '/v1/blocks',
    {
      config: { scope: 'worker' },
      schema: {
        summary: 'Record blocks of one cell that were trained elsewhere',
        operationId: 'importBlocks',
        body: BlockImport,
        querystring: NoQuery,
        response: { 200: ImportResult },
      },
    },
    async (request) => {
      const { cell, worker, engine, blocks } = request.body
      const checked = checkedBlocks(blocks)
      const counts = await store.importBlocks({ cell, worker, engine, blocks: checked })
      if (metrics !== undefined) countRecorded(metrics, { engine: kindOf(engine.id), blocks: checked, counts })
      const { recorded, duplicate } = counts
      request.log.info({ worker, cell, recorded, duplicate }, 'blocks imported')
      return { recorded, duplicate }
    },
  )
}

/** Any other is a processor's, as in the store: what the caller calls its engine must not make labels without bound. */
function kindOf(engine: string): string {
  return ENGINE_KINDS.find((kind) => kind === engine) ?? 'cpu'
}

/** @throws CollapsarError `invalid-request` with every block whose columns are not those of its digest */
function checkedBlocks(blocks: BlockImport['blocks']): EncodedBlock[] {
  const problems: Problem[] = []
  const encoded = blocks.flatMap((block, place) => {
    try {
      return [encodedBlock(block)]
    } catch (error) {
      if (!(error instanceof CollapsarError)) throw error
      problems.push({ pointer: `/blocks/${place}`, detail: error.message })
      return []
    }
  })
  if (problems.length === 0) return encoded
  throw new CollapsarError('invalid-request', `${problems.length} of ${blocks.length} blocks are damaged; nothing was recorded.`, { problems })
}
