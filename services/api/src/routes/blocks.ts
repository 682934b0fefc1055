import { BlockImport, ImportResult, NoQuery } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { CollapsarError, encodedBlock } from '@collapsar/sweep'
import type { EncodedBlock, Problem } from '@collapsar/sweep'
import type { Api } from '../api.ts'

/** Takes blocks from workers that reach no database. */
export function blockRoutes(app: Api, store: Store): void {
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
      const result = await store.importBlocks({ cell, worker, engine, blocks: checkedBlocks(blocks) })
      request.log.info({ worker, cell, ...result }, 'blocks imported')
      return result
    },
  )
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
