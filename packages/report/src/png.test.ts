import { Resvg } from '@resvg/resvg-js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { colourOf } from './colour-scale.ts'
import { pngOf } from './png.ts'
import { bornDeadSample, sampleDocument } from './samples/documents.ts'
import { svgOf } from './svg.ts'

interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Buffer
}

/**
 * Decodes a PNG with the renderer, which draws it as an image; the size is in the IHDR chunk (RFC 2083, 4.1.1).
 */
function decode(png: Uint8Array): Picture {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]))
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${bytes.toString('base64')}"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`
  return { width, height, pixels: new Resvg(svg).render().pixels }
}

function pixel({ width, pixels }: Picture, x: number, y: number): number[] {
  return [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)]
}

afterEach(() => {
  vi.doUnmock('@resvg/resvg-js')
})

describe('the PNG', () => {
  test('is the SVG at twice its size, with the colour of its only cell', async () => {
    const document = sampleDocument('one', [{ depth: 10, width: 2, bornDead: 926 }])
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svgOf(document)) ?? []
    const picture = decode(await pngOf(document))
    expect([picture.width, picture.height]).toEqual([2 * Number(width), 2 * Number(height)])
    // Margin 24, axis 58, then 4 pixels into the cell; margin 24, title 24, subtitle 17, space 18, then 4.
    expect(pixel(picture, 2 * (24 + 58 + 4), 2 * (24 + 24 + 17 + 18 + 4))).toEqual([...colourOf(0.926)])
  })

  test('has its text drawn with the font that is shipped', async () => {
    const picture = decode(await pngOf(sampleDocument('MMMM', [{ depth: 10, width: 2 }])))
    const title = Array.from({ length: 100 }, (_, x) => pixel(picture, 48 + x, 2 * (24 + 12)))
    expect(title.filter(([red]) => red !== undefined && red < 80).length).toBeGreaterThan(20)
  })

  test('is the same bytes for the same document', async () => {
    const document = bornDeadSample()
    expect(Buffer.from(await pngOf(document)).equals(await pngOf(document))).toBe(true)
  })

  test('names what is missing where the native renderer cannot be loaded', async () => {
    vi.doMock('@resvg/resvg-js', () => {
      throw new Error('no native part for this machine')
    })
    await expect(pngOf(bornDeadSample())).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('@resvg/resvg-js'),
    })
  })
})
