import { NotModified, Surface, SURFACE_FORMATS, SurfaceQuery, SweepPath } from '@collapsar/client'
import { FORMATS } from '@collapsar/report'
import type { Store, SweepRecord } from '@collapsar/store'
import { describeSweep } from '@collapsar/sweep'
import Type from 'typebox'
import type { Api } from '../api.ts'
import { entityTag, notModified } from '../entity-tag.ts'
import { RenderedBodies } from '../rendered-bodies.ts'
import { requireSweep } from '../resources.ts'
import { surfaceFormat } from '../surface-format.ts'

const content = Object.fromEntries(
  SURFACE_FORMATS.map((format) => [FORMATS[format].mediaType, { schema: format === 'json' ? Surface : Type.Unknown() }]),
)

/** The map of a sweep, as data or as a picture. */
export function surfaceRoute(app: Api, store: Store): void {
  const bodies = new RenderedBodies()
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
      const tag = surfaceTag(format, sweep, await store.countsVersion(sweep.id))
      reply.header('vary', 'accept')
      if (notModified(request, reply, tag)) return reply.code(304).send(null)
      const surface = FORMATS[format]
      const body = await bodies.get(tag, async () =>
        Buffer.from(await surface.render(await describeSweep(sweep, await store.sweepCells(sweep.id), new Date()))),
      )
      return reply
        .type(surface.mediaType)
        .header('content-disposition', `inline; filename="${sweep.id}.${surface.extension}"`)
        .send(body)
    },
  )
}

/**
 * Made before any count is read: an unchanged surface costs two quick queries. Seconds that pass without a count are no new
 * state, which a weak tag allows.
 */
function surfaceTag(format: string, { id, name, state, reused, rounds }: SweepRecord, counts: string): string {
  return entityTag([format, id, name, state, reused, rounds, counts])
}
