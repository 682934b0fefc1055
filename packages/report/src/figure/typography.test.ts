import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import { expect, test } from 'vitest'
import { textWidth } from './typography.ts'

const fontFiles = [createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')]

/** What the renderer draws with the font that is shipped; ink without the space before and after it. */
function drawnWidth(text: string): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="200"><text y="100" font-size="40">${text}</text></svg>`
  return new Resvg(svg, { font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' } }).getBBox()!.width
}

test.each(['depth (affine layers)', 'training.optimizer.learningRate', '0.00316', '10⁻¹⁰', 'born dead, theory', 'MAXIMUM', 'illicit'])(
  'the width of %j is known to an eighth',
  (text) => {
    const width = drawnWidth(text)
    expect(Math.abs(textWidth(text, 40) - width)).toBeLessThan(width / 8)
  },
)
