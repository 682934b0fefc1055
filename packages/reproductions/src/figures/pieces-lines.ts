import { figureDigest, piecesCurves } from '@collapsar/report'
import type { Captions, FigureData, PiecesAtDepth } from '@collapsar/report'
import type { CellDocument } from '@collapsar/sweep'

/** Pieces against depth for each width, with the greatest number that there can be and the linear law. */
export function piecesLines(captions: Omit<Captions, 'digest'>, cells: readonly CellDocument[]): FigureData['curves'] {
  const widths = [...new Set(cells.map(({ width }) => width))].toSorted((a, b) => a - b)
  return piecesCurves(
    { ...captions, digest: figureDigest({ cells }) },
    widths.map((width) => ({
      width,
      depths: cells.filter((cell) => cell.width === width).toSorted((a, b) => a.depth - b.depth).map(piecesAt),
    })),
  )
}

function piecesAt({ depth, pieces, quantiles, theory }: CellDocument): PiecesAtDepth {
  const quantile = (probability: number) => quantiles?.pieces.find(({ p }) => p === probability)?.value ?? null
  return { depth, mean: pieces.mean, lower: quantile(0.25), upper: quantile(0.75), maximum: theory.pieces.maximum, expected: theory.pieces.linear }
}
