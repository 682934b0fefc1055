import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { FIGURES, PICTURE_FORMATS } from '../figures.ts'
import type { FigureData } from '../figures.ts'
import {
  bestOfSample,
  directionsSample,
  functionSample,
  histogramSample,
  lossSample,
  piecesSample,
  uniforms,
  verdictsSample,
} from '../samples/figures.ts'
import { bornDeadSample } from '../samples/documents.ts'
import { overlaps, textBoxes } from '../samples/text-boxes.ts'
import { collapseCurves, hazardCurves } from './collapse-curves.ts'

const SAMPLES: Readonly<Record<string, string>> = {
  'directions': FIGURES.directions(directionsSample(9)),
  'function': FIGURES.function(functionSample()),
  'histogram': FIGURES.histogram(histogramSample()),
  'verdicts': FIGURES.verdicts(verdictsSample()),
  'loss': FIGURES.curves(lossSample()),
  'best-of': FIGURES.curves(bestOfSample()),
  'pieces': FIGURES.curves(piecesSample()),
  'collapse': FIGURES.curves(collapseCurves(bornDeadSample())),
  'hazard': FIGURES.curves(hazardCurves(bornDeadSample())),
}

const LONG = 'an exceedingly long name of a setting that nobody would choose, '.repeat(6)
const HOSTILE = '<script>alert("1")</script> & \u0000 ]]> \ud800 \'x\' | `rm` [a](b)'

/** The same figures with one text in every place that takes text. */
function named(name: string): Readonly<Record<string, string>> {
  const captions = { title: name, subtitle: name, notes: [name, name] }
  const axis = { label: name }
  const curves: FigureData['curves'] = {
    ...captions,
    x: axis,
    y: axis,
    curves: [0, 1, 2].map((index) => ({ name: `${index}${name}`, points: [{ x: index, y: 1 }], bands: [{ name, ranges: [] }] })),
    areas: [{ name, ranges: [{ x: 1, low: 0, high: 1 }] }],
    rules: [{ axis: 'x', value: 1, label: name }, { axis: 'y', value: 1, label: name }],
  }
  return {
    curves: FIGURES.curves(curves),
    directions: FIGURES.directions({ ...captions, radius: axis, units: [{ trace: [{ angle: 1, radius: 1 }], group: name }], rays: [{ angle: 1, label: name }] }),
    function: FIGURES.function({ ...functionSample(), ...captions, x: axis, y: axis }),
    histogram: FIGURES.histogram({ ...histogramSample(), ...captions, x: axis, rules: [{ value: 2, label: name }] }),
    verdicts: FIGURES.verdicts({ ...captions, rows: [{ name, published: name, measured: null, verdict: 'undecided' }] }),
  }
}

function sizeOf(svg: string): { width: number; height: number } {
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? []
  return { width: Number(width), height: Number(height) }
}

/** Lines of text that reach beyond the page. */
function outside(svg: string): string[] {
  const { width, height } = sizeOf(svg)
  return textBoxes(svg)
    .filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > width || bottom > height)
    .map(({ content }) => content)
}

describe.each(Object.entries(SAMPLES))('the figure %s', (name, svg) => {
  test('looks as it did when it was last looked at', async () => {
    await expect(svg).toMatchFileSnapshot(`../samples/pictures/${name}.svg`)
  })

  test('has no text on other text or beyond the page', () => {
    expect(textBoxes(svg).length).toBeGreaterThan(8)
    expect(overlaps(textBoxes(svg))).toEqual([])
    expect(outside(svg)).toEqual([])
  })

  test('refers to nothing outside itself', () => {
    expect(svg.match(/[a-z]+:\/\/[^"]*/g)).toEqual(['http://www.w3.org/2000/svg'])
    expect(svg).not.toMatch(/href|@import|<image|<style|<script|NaN|undefined|Infinity/)
    expect(svg.match(/url\((?!#)/g)).toBeNull()
  })
})

describe('every figure', () => {
  test('stays well-formed whatever the names are', () => {
    for (const svg of Object.values(named(HOSTILE))) {
      expect(svg).not.toContain('<script')
      // The renderer's parser is strict: it throws on anything that is not well-formed.
      expect(new Resvg(svg).width).toBe(784)
    }
  })

  test('keeps texts of any length on the page and apart', () => {
    for (const svg of Object.values(named(LONG))) {
      expect(outside(svg)).toEqual([])
      expect(overlaps(textBoxes(svg))).toEqual([])
    }
  })

  test('says so where there is no data, and draws no number that is none', () => {
    const captions = { title: 'nothing' }
    const axis = { label: 'x' }
    const missing = [Number.NaN, null, Infinity].map((y, x) => ({ x, y }))
    const nowhere = [{ x: Number.NaN, y: Number.NaN }]
    const empty = [
      FIGURES.curves({ ...captions, x: axis, y: axis, curves: [] }),
      FIGURES.curves({ ...captions, x: axis, y: { ...axis, scale: 'log' }, curves: [{ name: 'a', points: missing }] }),
      FIGURES.directions({ ...captions, radius: axis, units: [] }),
      FIGURES.directions({ ...captions, radius: axis, units: [{ trace: [{ angle: Number.NaN, radius: 1 }, { angle: 1, radius: Number.NaN }] }] }),
      FIGURES.function({ ...captions, network: [] }),
      FIGURES.function({ ...captions, network: nowhere, target: nowhere, data: nowhere, breakpoints: [Number.NaN] }),
      FIGURES.histogram({ ...captions, x: axis, bounds: [0, 1], counts: [0] }),
      FIGURES.histogram({ ...captions, x: axis, bounds: [0], counts: [] }),
      FIGURES.verdicts({ ...captions, rows: [] }),
    ]
    for (const svg of empty) {
      expect(svg.match(/>no data</g)).toHaveLength(1)
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null/)
      expect(new Resvg(svg).width).toBe(784)
    }
  })

  test('is drawn by both formats', async () => {
    const svg = SAMPLES['histogram']!
    expect(PICTURE_FORMATS.svg.render(svg)).toBe(svg)
    const png = Buffer.from((await PICTURE_FORMATS.png.render(svg)) as Uint8Array)
    // RFC 2083, 4.1.1: the width stands at byte 16.
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16)]).toEqual(['PNG', 2 * 784])
  })
})

describe('curves', () => {
  const axes = { title: 't', x: { label: 'x' }, y: { label: 'y' } } as const

  test('of one point show it as a dot', () => {
    const svg = FIGURES.curves({ ...axes, curves: [{ name: 'a', points: [{ x: 5, y: 7, low: 6, high: 8 }] }] })
    const inLegend = 1
    expect(svg.match(/a3\.6,3\.6/g)).toHaveLength(2 * (1 + inLegend))
  })

  test('put zero on a logarithmic axis as a hollow dot at its foot, and say so', () => {
    const points = [{ x: 0, y: 1 }, { x: 1, y: 0 }, { x: 2, y: -3 }]
    const svg = FIGURES.curves({ ...axes, y: { label: 'y', scale: 'log' }, curves: [{ name: 'a', points }] })
    expect(svg).toContain('>2 values at or below 0 on a logarithmic axis: hollow, at its edge.</text>')
    const hollow = /<path d="([^"]*)" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.4"\/>/.exec(svg)?.[1]
    expect(hollow?.match(/M[\d.]+,360a/g)).toHaveLength(2)
  })

  test('count the values beyond ends that were asked for', () => {
    const svg = FIGURES.curves({ ...axes, y: { label: 'y', to: 1 }, curves: [{ name: 'a', points: [{ x: 0, y: 0 }, { x: 1, y: 2 }] }] })
    expect(svg).toContain('>1 value beyond the axes: not shown.</text>')
  })

  test('of 10,000 points stay small and keep their extremes', () => {
    const uniform = uniforms(3)
    const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: uniform() }))
    const svg = FIGURES.curves({ ...axes, curves: [{ name: 'a', points }] })
    expect(svg.length).toBeLessThan(120_000)
    expect(svg).not.toContain('a3.6,3.6')
  })

  test('of one group share a colour; those of a theory share a line of the legend and, by its name, dashes', () => {
    const points = [{ x: 0, y: 0 }, { x: 1, y: 1 }]
    const theory = (name: string, group: string) => ({ name, group, points, kind: 'theory' as const })
    const curves = [{ name: 'a', points }, { name: 'b', points }, theory('limit', 'a'), theory('limit', 'b'), theory('bound', 'b')]
    const svg = FIGURES.curves({ ...axes, curves })
    expect(svg.match(/>limit<\/text>/g)).toHaveLength(1)
    expect(svg.match(/stroke="#b73779" stroke-width="2.2" stroke-dasharray="7 4"/g)).toHaveLength(1)
    expect(svg.match(/stroke-dasharray="2 3"/g)).toHaveLength(2)
  })

  test('that cannot be told apart are refused', () => {
    const curves = Array.from({ length: 31 }, (_, index) => ({ name: `curve ${index}`, points: [] }))
    expect(() => FIGURES.curves({ ...axes, curves })).toThrow('invalid curves: 31 groups (accepted: at most 30, to be told apart)')
  })

  test('of collapse refuse a document with several settings, of which one would hide the other', () => {
    const document = bornDeadSample()
    expect(() => collapseCurves({ ...document, cells: [...document.cells, document.cells[0]!] })).toThrow('several cells of one depth and width')
  })

  test('of the hazard are -ln(1-P), and count the cells without a finite one', () => {
    const { curves, notes } = hazardCurves(bornDeadSample())
    // Depth 3, width 1: 500 of 1,000 collapsed; ln 2 = 0.693147.
    expect(curves[0]?.points[0]?.y).toBeCloseTo(0.693147, 6)
    expect(notes?.at(-1)).toBe('No finite value where every trial collapsed: 4 of 56 cells, not shown.')
  })
})

describe('directions', () => {
  const figure = { title: 't', radius: { label: 'amplitude' } } as const

  test('end in one dot each, hollow where the amplitude is 0', () => {
    const trace = (radius: number) => ({ trace: [{ angle: 0, radius: 0.1 }, { angle: 1, radius }] })
    const svg = FIGURES.directions({ ...figure, units: [trace(1), trace(2), trace(0)] })
    const inLegend = 1
    expect(svg.match(/a3\.6,3\.6 0 1 0 7\.2/g)).toHaveLength(3 + inLegend)
    expect(svg).toContain('>1 value at or below 0 on a logarithmic axis: hollow, at its edge.</text>')
  })

  test('of 10,000 units are drawn small', () => {
    const units = Array.from({ length: 10_000 }, (_, index) => ({ trace: [{ angle: index, radius: 1 + (index % 100) }] }))
    const svg = FIGURES.directions({ ...figure, units })
    expect(svg.match(/a2,2 0 1 0 4/g)).toHaveLength(10_000)
    expect(new Resvg(svg).width).toBe(784)
  })
})

describe('a histogram', () => {
  test('tells the trials, the widest bin that holds any, and marks a bin without an end', () => {
    const svg = FIGURES.histogram({ title: 't', x: { label: 'x' }, bounds: [-Infinity, 0, 1, 3, 100], counts: [2, 5, 3, 0] })
    expect(svg).toContain('>10 trials; bins at most 2 wide.</text>')
    expect(svg).toContain('>Hollow: the last bin on that side has no end that the axis could show.</text>')
  })

  test('gives the width of bins on a logarithmic axis as a ratio', () => {
    const svg = FIGURES.histogram({ title: 't', x: { label: 'x', scale: 'log' }, bounds: [1, 1.25, 1.5], counts: [1, 1] })
    expect(svg).toContain('>2 trials; bins at most 25% wide.</text>')
  })

  test('refuses bounds and counts that are none', () => {
    const histogram = { title: 't', x: { label: 'x' } }
    const draw = (bounds: number[], counts: number[]) => () => FIGURES.histogram({ ...histogram, bounds, counts })
    expect(draw([0, 1], [1, 1])).toThrow('invalid histogram: 2 bounds for 2 counts (accepted: one more)')
    expect(draw([0, 1, 1], [1, 1])).toThrow('invalid bound: 1 (accepted: ascending numbers)')
    expect(draw([0, Number.NaN], [1])).toThrow('invalid bound: NaN')
    expect(draw([0, 1], [0.5])).toThrow('invalid count: 0.5 (accepted: whole numbers from 0)')
  })
})

test('a truncated count of pieces is called a lower bound', () => {
  const pieces = { count: 1000, isLowerBound: true }
  expect(FIGURES.function({ ...functionSample(), pieces })).toContain('>breakpoint (at least 1,000 affine pieces)</text>')
})
