import { createRequire } from 'node:module'
import { CollapsarError } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { View } from './overlay.ts'
import { svgOf } from './svg.ts'

/** Pixels of the picture for one of the SVG. */
const ZOOM = 2
/** Larger pictures are drawn at a smaller zoom: the renderer holds 4 bytes a pixel several times over. */
const MOST_PIXELS = 50e6

const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']
const resolve = createRequire(import.meta.url).resolve

/**
 * The picture of `svgOf` as a PNG at twice its size, drawn off the event loop with the DejaVu Sans that is
 * shipped, so that it looks the same on every machine.
 * @throws CollapsarError `environment` where the native renderer or its font cannot be loaded.
 */
export async function pngOf(document: SweepDocument, view: View = {}): Promise<Uint8Array> {
  return drawn(svgOf(document, view))
}

/**
 * A picture as a PNG at twice its size, or smaller where it would be too large to be drawn.
 * @throws CollapsarError `environment` where the native renderer or its font cannot be loaded.
 */
export async function drawn(svg: string): Promise<Uint8Array> {
  const { renderAsync, fontFiles } = await loadRenderer()
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: zoomOf(svg) },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  })
  return new Uint8Array(image.asPng())
}

async function loadRenderer() {
  try {
    const { renderAsync } = await import('@resvg/resvg-js')
    const fontFiles = FONTS.map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`))
    return { renderAsync, fontFiles }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CollapsarError(
      'environment',
      `PNG pictures need the packages @resvg/resvg-js, with its native part for ${process.platform}-${process.arch}, ` +
        `and dejavu-fonts-ttf, which cannot be loaded: ${reason}. The svg format needs neither.`,
      { cause },
    )
  }
}

function zoomOf(svg: string): number {
  const [, width, height] = /^<svg[^>]* width="(\d+)" height="(\d+)"/.exec(svg) ?? []
  const pixels = Number(width) * Number(height)
  return Math.min(ZOOM, Math.sqrt(MOST_PIXELS / pixels))
}
