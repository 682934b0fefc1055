import { figureDigest } from '@collapsar/report'
import type { CurvePoint, FigureData } from '@collapsar/report'
import { inactiveProbability, twoRayBornDead } from '@collapsar/statistics'
import type { CellEvidence } from '../target.ts'

/** K against depth, the number of starts of which one does not collapse but with probability `miss`: ln miss / ln p. */
export function restartsCurves(cells: readonly CellEvidence[], miss: number): FigureData['curves'] {
  const [first] = cells
  if (first === undefined) throw new RangeError('expected the cells of a sweep, got none')
  const { width } = first.spec
  const startsAt = (probability: number): number | null => (probability < 1 && probability > 0 ? Math.log(miss) / Math.log(probability) : null)
  const depths = cells.map(({ spec }) => spec.depth)
  const bornDead = twoRayBornDead({ width, maxDepth: Math.max(...depths) }).filter(({ depth }) => depth >= Math.min(...depths))
  const measured = cells.map(({ document: { depth, collapse: { estimate, low, high } } }): CurvePoint => {
    return { x: depth, y: estimate === null ? null : startsAt(estimate), low: startsAt(low), high: startsAt(high) }
  })
  const inactive = depths.map((depth) => ({ x: depth, y: startsAt(inactiveProbability({ depth, width, zeroBias: true })) }))
  return {
    title: 'starts that are needed, against depth',
    subtitle: `width ${width}; K of which one does not collapse, with probability ${1 - miss}`,
    x: { label: 'depth (affine layers)', numbers: 'whole' },
    y: { label: 'K = ln ' + String(miss) + ' / ln p', scale: 'log' },
    curves: [
      { name: 'p: collapsed after training', points: measured },
      { name: 'p: born dead, theory', kind: 'theory', group: 'theory', points: bornDead.map(({ depth, estimate }) => ({ x: depth, y: startsAt(estimate) })) },
      { name: 'p: some layer inactive, proved', kind: 'theory', group: 'inactive', points: inactive },
    ],
    notes: ['A straight line is exponential growth with depth.', 'Interval of each p by itself: 95% confidence sequence.'],
    digest: figureDigest({ cells: cells.map(({ document }) => document) }),
  }
}
