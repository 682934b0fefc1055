import { NotModified, Surface, SURFACE_FORMATS, SurfaceQuery, SweepPath } from '@collapsar/client'
import { FORMATS } from '@collapsar/report'
import type { Store, SweepCell, SweepRecord } from '@collapsar/store'
import { describeSweep } from '@collapsar/sweep'
import Type from 'typebox'
import type { Api } from '../api.ts'
import { entityTag, notModified } from '../entity-tag.ts'
import { requireSweep } from '../resources.ts'
import { surfaceFormat } from '../surface-format.ts'

const content = Object.fromEntries(
  SURFACE_FORMATS.map((format) => [FORMATS[format].mediaType, { schema: format === 'json' ? Surface : Type.Unknown() }]),
)

/** The map of a sweep, as data or as a picture. */
export function surfaceRoute(app: Api, store: Store): void {
  app.get(
    '/v1/sweeps/:id/surface',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The estimates of a sweep over its grid',
        operationId: 'surface',
        params: SweepPath,
        querystring: SurfaceQuery,
        response: { 200: { description: 'the surface', content }, 304: NotModified },
      },
    },
    async (request, reply) => {
      const format = surfaceFormat(request.query.format, request.headers.accept)
      const sweep = await requireSweep(store, request.params.id)
      const cells = await store.sweepCells(sweep.id)
      reply.header('vary', 'accept')
      if (notModified(request, reply, surfaceTag(format, sweep, cells))) return reply.code(304).send(null)
      const surface = FORMATS[format]
      const body = await surface.render(await describeSweep(sweep, cells, new Date()))
      return reply
        .type(surface.mediaType)
        .header('content-disposition', `inline; filename="${sweep.id}.${surface.extension}"`)
        .send(Buffer.from(body))
    },
  )
}

/**
 * Made of the counts, before anything is computed from them: an unchanged surface costs one query. Seconds that pass
 * without a count are no new state, which a weak tag allows.
 */
function surfaceTag(format: string, sweep: SweepRecord, cells: readonly SweepCell[]): string {
  const counts = cells.map(({ cell, tally, gaps, digest, engines }) => [cell, tally.trials, gaps, digest, engines])
  return entityTag([format, sweep.id, sweep.name, sweep.state, sweep.reused, counts])
}
