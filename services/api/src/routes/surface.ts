import { NotModified, Surface, SURFACE_FORMATS, SurfaceQuery, SweepPath } from '@collapsar/client'
import { figureDigest, FORMATS } from '@collapsar/report'
import { Type } from '@collapsar/schema'
import type { Store, SweepRecord } from '@collapsar/store'
import { CollapsarError, describeSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { FastifyReply } from 'fastify'
import type { Api } from '../api.ts'
import { addresses, namedFormat } from '../addresses.ts'
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
  for (const { url, operationId, ending } of addresses('/v1/sweeps/:id/surface', 'surface', ['csv', 'parquet', 'svg', 'png'])) {
    app.get(
      url,
      {
        config: { scope: 'read' },
        schema: {
          summary: 'The estimates of a sweep over its grid',
          operationId,
          params: SweepPath,
          querystring: SurfaceQuery,
          response: { 200: { description: 'the surface', content }, 304: NotModified },
        },
      },
      async (request, reply) => {
        const format = surfaceFormat(namedFormat(ending, request.query.format), request.headers.accept)
        const { id } = request.params
        const [sweep, counts] = await Promise.all([requireSweep(store, id), store.countsVersion(id)])
        const tag = surfaceTag(format, sweep, counts)
        reply.header('vary', 'accept')
        if (notModified(request, reply, tag)) return reply.code(304).send(null)
        const surface = FORMATS[format]
        const describe = async () => describeSweep(sweep, await store.sweepCells(sweep.id), new Date())
        const { digest } = request.query
        if (digest !== undefined) keepForGood(reply, await describe(), digest)
        const body = await bodies.get(tag, async () => Buffer.from(await surface.render(await describe())))
        return reply
          .type(surface.mediaType)
          .header('content-disposition', `inline; filename="${sweep.id}.${surface.extension}"`)
          .send(body)
      },
    )
  }
}

/** As long as RFC 9111 has it: a year. */
const FOR_GOOD = 'private, max-age=31536000, immutable'

/**
 * Nothing else is called immutable: an id says what was asked, and a block that is withdrawn changes what was found. A digest says what was found.
 * @throws CollapsarError `conflict` where the surface is another one by now, or still grows
 */
function keepForGood(reply: FastifyReply, document: SweepDocument, digest: string): void {
  const found = figureDigest(document)
  const complete = document.cells.every((cell) => cell.digest !== null)
  if (found !== digest || !complete) {
    const detail = `digest is ${digest}, but the surface is ${found} now${complete ? '' : ', and not complete'}; leave digest out to get it`
    throw new CollapsarError('conflict', `${detail}.`, { problems: [{ pointer: '/query/digest', detail }] })
  }
  reply.header('cache-control', FOR_GOOD)
}

/**
 * Made before any count is read: an unchanged surface costs two quick queries. Seconds that pass without a count are no new
 * state, which a weak tag allows.
 */
function surfaceTag(format: string, { id, name, state, reused, rounds }: SweepRecord, counts: string): string {
  return entityTag([format, id, name, state, reused, rounds, counts])
}
