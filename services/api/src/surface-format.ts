import { SURFACE_FORMATS, TABLE_FORMATS } from '@collapsar/client'
import type { SurfaceFormat, TableFormat } from '@collapsar/client'
import { FORMATS } from '@collapsar/report'
import { CollapsarError, show } from '@collapsar/sweep'

/** That of a surface. @throws CollapsarError `not-acceptable` */
export function surfaceFormat(named: SurfaceFormat | undefined, accept: string | undefined): SurfaceFormat {
  return preferredFormat(named, accept, SURFACE_FORMATS)
}

/** That of a table which may be longer than memory. @throws CollapsarError `not-acceptable` */
export function tableFormat(named: TableFormat | undefined, accept: string | undefined): TableFormat {
  return preferredFormat(named, accept, TABLE_FORMATS)
}

/** The format that is named, else the one that Accept prefers (RFC 9110, 12.5.1), the first, json, among equals. */
function preferredFormat<Format extends SurfaceFormat>(
  named: Format | undefined,
  accept: string | undefined,
  formats: readonly [Format, ...Format[]],
): Format {
  if (named !== undefined) return named
  if (accept === undefined || accept.trim() === '') return formats[0]
  const ranges = accept.split(',').map(mediaRange)
  let best = formats[0]
  let bestQuality = 0
  for (const format of formats) {
    const quality = qualityOf(mediaTypeOf(format), ranges)
    if (quality > bestQuality) [best, bestQuality] = [format, quality]
  }
  if (bestQuality > 0) return best
  const offered = formats.map(mediaTypeOf).join(', ')
  throw new CollapsarError('not-acceptable', `Accept is ${show(accept)}; accepted: ${offered}.`)
}

/** Without parameters. */
function mediaTypeOf(format: SurfaceFormat): string {
  return essence(FORMATS[format].mediaType)
}

function essence(mediaType: string): string {
  return (mediaType.split(';')[0] ?? '').trim().toLowerCase()
}

interface MediaRange {
  readonly range: string
  readonly quality: number
}

function mediaRange(text: string): MediaRange {
  const weight = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)/i.exec(text)
  return { range: essence(text), quality: Math.min(1, Number(weight?.[1] ?? 1)) }
}

/** The most specific range that covers a type decides. */
function qualityOf(mediaType: string, ranges: readonly MediaRange[]): number {
  const wider = `${mediaType.split('/')[0]}/*`
  for (const range of [mediaType, wider, '*/*']) {
    const match = ranges.find((candidate) => candidate.range === range)
    if (match !== undefined) return match.quality
  }
  return 0
}
