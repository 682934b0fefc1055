import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { csvOf } from './csv.ts'
import { FORMATS } from './index.ts'
import type { Overlay } from './overlay.ts'
import { bornDeadSample, sampleDocument } from './samples/documents.ts'
import { svgOf } from './svg.ts'
import { tableOf } from './table.ts'

function count(svg: string, pattern: RegExp): number {
  return (svg.match(pattern) ?? []).length
}

const SHAPES = [2, 3, 4].flatMap((depth) => [1, 2].map((width) => ({ depth, width, bornDead: 500 })))
const DOCUMENT = sampleDocument('overlay', SHAPES)

describe('a fitted contour', () => {
  // Row 0 is width 1: nothing is below; row 1 is width 2: depths 2 and 3 are, and the fit leaves 3 and 4 open.
  const contour = { level: 0.05, staircase: [null, 3], low: [null, 2], high: [2, 4] }
  const overlay: Overlay = { contours: [contour] }

  test('is a staircase between the cells below it and the others', () => {
    // Cells are 54 x 36 and rows run upwards: below depths 2 and 3 of the upper row, then up at the right of depth 3.
    expect(svgOf(DOCUMENT, { overlay })).toContain('d="M0,36 L108,36 L108,0" fill="none" stroke-linejoin="round" stroke="#1f4e9c" stroke-width="7.75"')
  })

  test('hatches what lies beyond the lower end of its band and not beyond the upper', () => {
    const inLegend = 1
    // Width 1: depth 2; width 2: depths 3 and 4.
    expect(count(svgOf(DOCUMENT, { overlay }), /fill="url\(#band-/g)).toBe(3 + inLegend)
    expect(svgOf(DOCUMENT)).not.toContain('band-')
  })

  test('is told by the legend with its level, and by the text map with its band', () => {
    expect(svgOf(DOCUMENT, { overlay })).toMatch(/>5%<\/text>.*>fitted<\/text>/)
    expect(tableOf(DOCUMENT, { overlay })).toContain(
      'Largest depth below 5%, fitted [at least, at most]\n  width 1: – [–, 2]; width 2: 3 [2, 4]\n',
    )
  })

  test('must have one value for each row, and a level that is a probability', () => {
    const refuse = (change: object) => () => svgOf(DOCUMENT, { overlay: { contours: [{ ...contour, ...change }] } })
    expect(refuse({ staircase: [3] })).toThrow('invalid contour: 1 rows (the map has 2)')
    expect(refuse({ map: 1 })).toThrow('invalid contour: of map 1 (the sweep has 1)')
    expect(refuse({ level: 1 })).toThrow('invalid contour level: 1 (accepted: inside (0, 1))')
    const words = ['a', 'b'].flatMap((kind) => [1, 2].map((width) => ({ depth: 2, width, axes: { kind } })))
    expect(() => svgOf(sampleDocument('words', words), { overlay })).toThrow('invalid contour: kind is not a number')
  })

  test('belongs to the map that it names', () => {
    const shapes = ['a', 'b'].flatMap((kind) => SHAPES.map((shape) => ({ ...shape, axes: { kind } })))
    const table = tableOf(sampleDocument('two maps', shapes), { overlay: { contours: [{ ...contour, map: 1 }] } })
    expect(table.indexOf('Largest depth')).toBeGreaterThan(table.indexOf('kind = b'))
    expect(table.split('Largest depth')).toHaveLength(2)
  })
})

describe('an alarm', () => {
  const sentence = 'born dead 500 of 1,000; proved: at most 25.0% (tail 3e-61)'
  const overlay: Overlay = { alarms: [{ cell: DOCUMENT.cells[3]!.cell, sentence }] }
  const place = 'depth 3, width 2'

  test('rings its cell in the picture, stands in the legend, and is told in words', () => {
    const svg = svgOf(DOCUMENT, { overlay })
    const inLegend = 1
    expect(count(svg, /stroke="#ffffff" stroke-width="5"\/><rect [^>]*stroke="#1a1a1a" stroke-width="2.5"/g)).toBe(1)
    expect(count(svg, />contradicts a bound<\/text>/g)).toBe(inLegend)
    expect(svg).toContain(`>${place}: ${sentence}</text>`)
    expect(svg).toMatch(new RegExp(`<title>${place}: [^<]*; born dead 500 of 1,000; proved`))
  })

  test('marks its cell in the text map and fills a column of the CSV', () => {
    const table = tableOf(DOCUMENT, { overlay })
    expect(table).toContain('50.0 [46.9, 53.1]#')
    expect(table).toContain(`Alarm: 1 contradiction to what has been proved\n  ${place}: ${sentence}\n`)
    const rows = csvOf(DOCUMENT, { overlay }).split('\r\n')
    expect(rows[0]).toMatch(/,digest,alarm$/)
    expect(rows.filter((row) => row.endsWith(`,"${sentence}"`))).toHaveLength(1)
  })

  test('of a cell that is not shown is told by its id, and none is lost among many', () => {
    const alarms = Array.from({ length: 11 }, (_, index) => ({ cell: `c1_other${index}`, sentence }))
    const table = tableOf(DOCUMENT, { overlay: { alarms }, columns: 120 })
    expect(table).toContain('Alarm: 11 contradictions')
    expect(table).toContain(`  c1_other7: ${sentence}\n  and 3 more\n`)
  })

  test('with a hostile sentence leaves the picture well-formed', () => {
    const alarms = [{ cell: DOCUMENT.cells[0]!.cell, sentence: '</text><script>&"\u0000' }]
    expect(new Resvg(svgOf(DOCUMENT, { overlay: { alarms } })).width).toBeGreaterThan(0)
  })
})

test('the overlaid map looks as it did when it was last looked at', async () => {
  const document = bornDeadSample()
  const contours = [
    { level: 0.01, staircase: [null, null, null, null, 3, 5, 10, 20], low: [null, null, null, null, 3, 5, 5, 15], high: [null, null, null, 3, 5, 5, 10, 30] },
    { level: 0.1, staircase: [null, null, 3, 5, 10, 10, 30, 30], low: [null, null, 3, 5, 8, 10, 20, 30], high: [null, 3, 3, 5, 10, 15, 30, 30] },
  ]
  const { cell } = document.cells.find(({ depth, width }) => depth === 10 && width === 3)!
  const alarms = [{ cell, sentence: 'born dead 579 of 1,000; proved: at most 44.1%; chance of this 2e-17' }]
  await expect(svgOf(document, { overlay: { contours, alarms } })).toMatchFileSnapshot('samples/pictures/map-with-overlay.svg')
})

test('every format takes the axes and the overlay', async () => {
  const view = { axes: { columns: 'width', rows: 'depth' }, overlay: { alarms: [{ cell: DOCUMENT.cells[0]!.cell, sentence: 'ALARMED' }] } }
  for (const name of ['table', 'csv', 'svg'] as const) expect(FORMATS[name].render(DOCUMENT, view)).toContain('ALARMED')
  const sizes = await Promise.all([undefined, view].map(async (shown) => (await FORMATS.png.render(DOCUMENT, shown)).length))
  expect(sizes[0]).not.toBe(sizes[1])
  const [plain, alarmed] = await Promise.all([undefined, view].map(async (shown) => (await FORMATS.parquet.render(DOCUMENT, shown)).length))
  expect(alarmed).toBeGreaterThan(plain!)
})
