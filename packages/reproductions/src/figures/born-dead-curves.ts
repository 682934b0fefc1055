import { collapseCurves, hazardCurves } from '@collapsar/report'
import type { Band, FigureData } from '@collapsar/report'
import type { CellDocument, SweepDocument } from '@collapsar/sweep'

/** P(born dead) against depth for each width: measured, by the theory, and shaded between the proved bounds. */
export function bornDeadCurves(document: SweepDocument): FigureData['curves'] {
  const curves = collapseCurves(document)
  const widths = [...new Set(document.cells.map(({ width }) => width))]
  return {
    ...curves,
    title: 'P(born dead) against depth',
    y: { ...curves.y, label: 'P(born dead), %' },
    areas: widths.map((width) => boundsOf(width, document.cells)),
  }
}

function boundsOf(width: number, cells: readonly CellDocument[]): Band {
  const own = cells.filter((cell) => cell.width === width).toSorted((a, b) => a.depth - b.depth)
  const ranges = own.map(({ depth, theory: { bornDead } }) => ({ x: depth, low: bornDead.lower ?? 0, high: bornDead.upper ?? 1 }))
  return { name: 'proved bounds', group: `width ${width}`, ranges }
}

/** -ln(1 - P(born dead)) against depth, all widths of several sweeps together: straight lines in the limit. */
export function hazardLines(documents: readonly SweepDocument[]): FigureData['curves'] {
  const [first] = documents
  if (first === undefined) throw new RangeError('expected the documents of sweeps, got none')
  const curves = hazardCurves({ sweep: first.sweep, cells: documents.flatMap(({ cells }) => cells) })
  return { ...curves, title: 'the rate at which depth makes networks born dead', y: { ...curves.y, label: '−ln(1 − P(born dead))' } }
}
