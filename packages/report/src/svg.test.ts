import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { hexColour } from './colour-scale.ts'
import { bornDeadSample, sampleDocument } from './samples/documents.ts'
import { overlaps, textBoxes } from './samples/text-boxes.ts'
import { figureDigest } from './summary.ts'
import { svgOf } from './svg.ts'

function count(svg: string, pattern: RegExp): number {
  return (svg.match(pattern) ?? []).length
}

const DATA_CELL = /<title>depth \d+, width \d+: [\d,]+ of/g
const DOTTED = /<rect [^>]*stroke-dasharray="1 2.5"/g

describe('the picture', () => {
  test('shows every cell once, with its number and its colour', () => {
    const document = bornDeadSample()
    const svg = svgOf(document)
    const titles = svg.match(DATA_CELL) ?? []
    expect(new Set(titles).size).toBe(document.cells.length)
    expect(titles).toHaveLength(document.cells.length)
    expect(svg).toContain('<title>depth 10, width 2: 880 of 1,000 collapsed; 88.0% [')
    expect(svg).toContain(`fill="${hexColour(0.88)}"`)
    expect(svg).toContain('>88.0</text>')
  })

  test('is well-formed XML whatever the names are', () => {
    const hostile = '<script>alert("1")</script> & \u0000 ]]> \ud800 \'x\''
    const svg = svgOf(sampleDocument(hostile, [{ depth: 2, width: 2, axes: { [hostile]: hostile } }], hostile))
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;')
    // The renderer's parser is strict: it throws on anything that is not well-formed.
    expect(new Resvg(svg).width).toBeGreaterThan(0)
    expect(() => new Resvg(svg.replace('&amp;', '&'))).toThrow('SVG data parsing failed')
  })

  test('refers to nothing outside itself', () => {
    const svg = svgOf(bornDeadSample())
    expect(svg.match(/[a-z]+:\/\/[^"]*/g)).toEqual(['http://www.w3.org/2000/svg'])
    expect(svg).not.toMatch(/href|@import|<image|<style|<script/)
    expect(svg.match(/url\((?!#)/g)).toBeNull()
  })

  test('hatches the cells whose interval contains 1% or 10%, and no other', () => {
    const cells = [
      { depth: 3, width: 5, bornDead: 10, interval: [0.0024, 0.0262] as const },
      { depth: 3, width: 4, bornDead: 100, interval: [0.08, 0.13] as const },
      { depth: 4, width: 5, bornDead: 30, interval: [0.02, 0.05] as const },
    ]
    const inLegend = 1
    expect(count(svgOf(sampleDocument('levels', cells)), /fill="url\(#hatch/g)).toBe(2 + inLegend)
    expect(count(svgOf(sampleDocument('decided', cells.slice(2))), /fill="url\(#hatch/g)).toBe(0)
  })

  test('leaves places without data white in a dotted border', () => {
    const cells = [{ depth: 2, width: 1 }, { depth: 3, width: 1, trials: 0, inits: 1000 }, { depth: 3, width: 2 }]
    const svg = svgOf(sampleDocument('holes', cells))
    const inLegend = 1
    expect(count(svg, DOTTED)).toBe(2 + inLegend)
    expect(count(svg, DATA_CELL)).toBe(2)
    expect(count(svgOf(bornDeadSample()), DOTTED)).toBe(0)
  })

  test('draws the boundary of the estimate solid and that of the theory dashed', () => {
    const theory = (estimate: number) => ({ simulated: { estimate, standardError: 0.001 } })
    const cells = [
      { depth: 2, width: 2, bornDead: 0, theory: theory(0.001) },
      { depth: 3, width: 2, bornDead: 500, theory: theory(0.002) },
      { depth: 4, width: 2, bornDead: 600, theory: theory(0.5) },
    ]
    const svg = svgOf(sampleDocument('steps', cells))
    // Cells are 54 x 36; both levels are crossed between the same two cells.
    expect(count(svg, /<path d="M54,0 L54,36"[^>]* stroke="#1a1a1a"/g)).toBe(2)
    expect(count(svg, /<path d="M108,0 L108,36"[^>]* stroke-dasharray="7 6"[^>]* stroke="#0b7f8c"/g)).toBe(2)
  })

  test('calls a theory that is only a bound a bound', () => {
    const svg = svgOf(sampleDocument('bound', [{ depth: 2, width: 2, theory: { upper: 0.25 } }]))
    expect(svg).toContain('>born dead, upper bound</text>')
    expect(svgOf(sampleDocument('none', [{ depth: 2, width: 2 }]))).not.toContain('born dead,')
  })

  test('puts the maps of the other parameters side by side under their headings', () => {
    const cells = [0.001, 0.01].flatMap((rate) => [2, 3].map((shape) => ({ depth: shape, width: shape, axes: { rate } })))
    const svg = svgOf(sampleDocument('rates', cells))
    expect(svg).toContain('>rate = 0.001</text>')
    expect(svg).toContain('>rate = 0.01</text>')
    expect(count(svg, DATA_CELL)).toBe(4)
  })

  test('tells the trials, the interval and the digest in its footer', () => {
    const document = bornDeadSample()
    const svg = svgOf(document)
    expect(svg).toContain(`>56,000 trials; digest ${figureDigest(document)}</text>`)
    expect(svg).toContain('>Interval of each cell by itself: 95% confidence sequence')
  })

  test('leaves out the numbers where they do not fit', () => {
    const cells = Array.from({ length: 150 }, (_, index) => ({ depth: index + 2, width: 2, bornDead: 500 }))
    expect(svgOf(sampleDocument('long', cells))).not.toContain('>50.0</text>')
    expect(count(svgOf(sampleDocument('short', cells.slice(0, 20))), />50\.0<\/text>/g)).toBe(20)
  })
})

/** Numbers, words and records as values, of which two vary beside a depth and a width that do not. */
function settingsSample() {
  const inits = ['he-normal', { kind: 'small', std: 0.001 }, { kind: 'randomized-asymmetric', outputLayer: true }]
  const rates = [1e-4, 10 ** -3.5, 1e-3, 10 ** -2.5, 1e-2]
  const cells = inits.flatMap((init, row) =>
    rates.map((rate, column) => ({
      depth: 10,
      width: 2,
      bornDead: 20 * (row + 1) * (column + 1),
      axes: { 'network.initialization': init, 'training.optimizer.learningRate': rate },
    })),
  )
  return sampleDocument('settings', cells)
}

const MAPS = {
  'map': svgOf(bornDeadSample()),
  'map-of-settings': svgOf(settingsSample(), { axes: { columns: 'training.optimizer.learningRate' } }),
  'map-of-words': svgOf(settingsSample()),
}

describe.each(Object.entries(MAPS))('the picture %s', (name, svg) => {
  test('looks as it did when it was last looked at', async () => {
    await expect(svg).toMatchFileSnapshot(`samples/pictures/${name}.svg`)
  })

  test('has no text on other text', () => {
    expect(textBoxes(svg).length).toBeGreaterThan(20)
    expect(overlaps(textBoxes(svg))).toEqual([])
  })
})

describe('the axes', () => {
  test('carry short labels: numbers to three digits, records by their kind', () => {
    const svg = MAPS['map-of-settings']
    for (const label of ['1e-4', '3.16e-4', '0.001', '0.00316', '0.01', 'small, std 0.001', 'randomized-asymmetric, …']) {
      expect(svg).toContain(`>${label}</text>`)
    }
    expect(svg).toContain('>training.optimizer.learningRate</text>')
    expect(svg).toContain('<title>training.optimizer.learningRate 0.0001, network.initialization he-normal: 20 of')
  })

  test('slant the labels of columns that are wider than their cells', () => {
    expect(count(MAPS['map-of-words'], /rotate\(-40 /g)).toBe(3)
    expect(count(MAPS['map-of-settings'], /rotate\(-40 /g)).toBe(0)
  })
})
