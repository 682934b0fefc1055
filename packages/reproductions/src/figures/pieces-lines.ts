import { figureDigest, piecesCurves } from '@collapsar/report'
import type { Captions, Curve, FigureData, PiecesAtDepth } from '@collapsar/report'
import type { CellDocument } from '@collapsar/sweep'

/** Pieces against depth for each width, with the greatest number that there can be and the linear law. */
export function piecesLines(captions: Omit<Captions, 'digest'>, cells: readonly CellDocument[]): FigureData['curves'] {
  const widths = [...new Set(cells.map(({ width }) => width))].toSorted((a, b) => a - b)
  const curves = piecesCurves(
    { ...captions, digest: figureDigest({ cells }) },
    widths.map((width) => ({
      width,
      depths: cells.filter((cell) => cell.width === width).toSorted((a, b) => a.depth - b.depth).map(piecesAt),
    })),
  )
  return { ...curves, curves: [...curves.curves, ...widths.flatMap((width) => neuronLine(width, cells))] }
}

/** Where no law gives a number: without biases all kinks of a random network meet, and training moves them apart. */
function neuronLine(width: number, cells: readonly CellDocument[]): Curve[] {
  const own = cells.filter((cell) => cell.width === width && cell.theory.pieces.linear === null).toSorted((a, b) => a.depth - b.depth)
  const points = own.map(({ depth }) => ({ x: depth, y: 1 + width * (depth - 1) }))
  return points.length === 0 ? [] : [{ name: 'one piece a neuron', kind: 'theory', group: `width ${width}`, points }]
}

function piecesAt({ depth, pieces, quantiles, theory }: CellDocument): PiecesAtDepth {
  const quantile = (probability: number) => quantiles?.pieces.find(({ p }) => p === probability)?.value ?? null
  return { depth, mean: pieces.mean, lower: quantile(0.25), upper: quantile(0.75), maximum: theory.pieces.maximum, expected: theory.pieces.linear }
}
