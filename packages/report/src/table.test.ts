import { describe, expect, test } from 'vitest'
import type { MapAxes } from './map-axes.ts'
import { estimateText, intervalText } from './percent.ts'
import { bornDeadSample, sampleDocument } from './samples/documents.ts'
import type { SampleCell } from './samples/documents.ts'
import { tableOf } from './table.ts'

/** Cells of a full grid from depth 2 and width 1, each with an estimate of its own. */
function grid(depths: number, widths: number): SampleCell[] {
  return Array.from({ length: depths * widths }, (_, index) => ({
    depth: 2 + (index % depths),
    width: 1 + Math.floor(index / depths),
    trials: 1e6,
    bornDead: 20_000 + 500 * index,
  }))
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1
}

describe('the terminal map', () => {
  test('of one cell says what was measured, how it ended and what that means', () => {
    // 926 of 1000: the Beta(1/2, 1/2) mixture confidence sequence, by bisection with Python's math.lgamma.
    // Bounds of depth 10, width 2: Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733.
    const measured = { bornDead: 880, died: 46, interval: [0.891962942, 0.952495171] } as const
    const theory = { lower: 0.87026, upper: 0.92492 }
    expect(tableOf(sampleDocument('headline', [{ depth: 10, width: 2, ...measured, theory }]))).toMatchInlineSnapshot(`
      "headline
      abs, relu, he-normal, zero bias
      done: 1,000 trials; 1,000 initializations a cell, ieee-f32/1 on cpu

      P(collapse), %
                width
        depth      2
           10   92.6 [89.2, 95.2]

      Born dead, % (theory)
                width
        depth      2
           10   88.0 (87.0–92.5)

      How the 1,000 trials ended
        collapsed                926    92.6%
          born dead              880    88.0%
          died in training        46     4.6%
          functionally constant    0
        converged                 74     7.4%

      collapse: the network ends as a constant. depth: number of affine layers. width:
      units in each hidden layer.
      [ , ] 95% confidence sequence (valid however often one looks), for each cell by
      itself.
      theory of being born dead: –, ≤, ≥ proved bounds.
      digest 9253c001c5b0
      "
    `)
  })

  test('runs the way that is asked for, even where the other takes fewer lines', () => {
    // Two depths by six widths: upright takes two lines, sideways six.
    const document = sampleDocument('turned', grid(2, 6))
    const headersOf = (axes: MapAxes): string[] =>
      [...tableOf(document, { columns: 200, axes }).matchAll(/^ +((?:depth|width)(?: +\d+)+)$/gm)].map(([, header = '']) => header.replaceAll(/ +/g, ' '))
    const [widthsAcross, depthsAcross] = ['depth 1 2 3 4 5 6', 'width 2 3']
    expect(headersOf({})).toEqual([widthsAcross, widthsAcross])
    for (const axes of [{ columns: 'depth', rows: 'width' }, { columns: 'depth' }, { rows: 'width' }]) {
      expect(headersOf(axes)).toEqual([depthsAcross, depthsAcross])
    }
    expect(headersOf({ columns: 'width' })).toEqual([widthsAcross, widthsAcross])
  })

  test.each([60, 80, 133])('of 40 x 40 cells stays within %i characters and shows every cell once', (columns) => {
    const document = sampleDocument('large', grid(40, 40))
    const table = tableOf(document, { columns })
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns)
    const entries = document.cells.map(({ collapse }) => `${estimateText(collapse)} ${intervalText(collapse)}`)
    const shown = table.match(/[\d.]+ \[[\d., ]+\]/g)
    expect(shown?.toSorted()).toEqual(entries.toSorted())
  })

  test('turns both maps alike, the way that takes fewer lines', () => {
    const table = (cells: readonly SampleCell[]) => tableOf(sampleDocument('narrow', cells), { columns: 60 })
    const [deep, wide] = [table(grid(30, 2)), table(grid(2, 30))]
    expect([occurrences(deep, '\n  depth '), occurrences(deep, '\n  width ')]).toEqual([2, 0])
    expect([occurrences(wide, '\n  depth '), occurrences(wide, '\n  width ')]).toEqual([0, 2])
  })

  test('shows lost trials in the cell, by place and in the totals', () => {
    const lost = { depth: 10, width: 3, trials: 700, gaps: 300, bornDead: 470, interval: [0.42, 0.78] } as const
    const table = tableOf(sampleDocument('gaps', [{ depth: 5, width: 3, bornDead: 206 }, lost]))
    expect(table).toContain('67.1 [42.0, 78.0]!')
    expect(table).toContain('Lost: 300 trials\n  depth 10, width 3: 300 of 1,000\n')
    expect(table).toContain('1,700 of 2,000 trials counted, 300 lost')
  })

  test('tells a cell without trials from a place without a cell', () => {
    const waiting = { depth: 3, width: 1, trials: 0, inits: 1000 }
    const cells = [{ depth: 2, width: 1, bornDead: 100 }, waiting, { depth: 3, width: 2, bornDead: 5 }]
    const table = tableOf(sampleDocument('partial', cells, 'running'), { columns: 100 })
    expect(table).toContain('– nothing counted yet.')
    expect(table).toContain('blank: not in the sweep.')
    expect(occurrences(table, ' –\n') + occurrences(table, ' – ')).toBe(2)
  })

  test('marks the cells whose interval contains 1% or 10%', () => {
    const undecided = { depth: 3, width: 5, bornDead: 10, interval: [0.0024, 0.0262] } as const
    const cells = [undecided, { depth: 4, width: 5, bornDead: 500 }]
    expect(tableOf(sampleDocument('levels', cells)).match(/\]~/g)).toHaveLength(1)
  })

  test('heads the map of every setting of the other parameters', () => {
    const cells = [0.001, 0.01].flatMap((rate) =>
      [2, 3].map((shape) => ({
        depth: shape,
        width: shape,
        bornDead: 100,
        axes: { 'training.optimizer.learningRate': rate },
      })),
    )
    const table = tableOf(sampleDocument('rates', cells))
    expect(table).toContain('\ntraining.optimizer.learningRate = 0.001\n')
    expect(table).toContain('\ntraining.optimizer.learningRate = 0.01\n')
    expect(occurrences(table, 'P(collapse), %')).toBe(2)
  })

  test('of a sweep that has no trials yet says so', () => {
    const table = tableOf(sampleDocument('new', [{ depth: 2, width: 2, trials: 0, inits: 1000 }], 'queued'))
    expect(table).toContain('queued: 0 of 1,000 trials counted')
    expect(table).not.toContain('NaN')
  })
})

describe('colour', () => {
  const escape = '\u001b'
  const escapes = new RegExp(`${escape}\\[[\\d;]*m`, 'g')

  test('appears only when asked for, and changes nothing but itself', () => {
    const document = bornDeadSample()
    const [plain, coloured] = [tableOf(document), tableOf(document, { colour: true })]
    expect(plain).not.toMatch(escapes)
    expect(coloured.replace(escapes, '').replace(/ +$/gm, '')).toBe(plain)
    expect(coloured.match(/48;5;/g)).toHaveLength(2 * document.cells.length)
  })

  test('cannot be smuggled in by a name', () => {
    expect(tableOf(sampleDocument(`${escape}[2Jgone`, [{ depth: 2, width: 2 }]))).not.toContain(escape)
  })
})
