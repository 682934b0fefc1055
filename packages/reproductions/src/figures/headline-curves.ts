import { figureDigest } from '@collapsar/report'
import type { FigureData } from '@collapsar/report'
import { twoRayBornDead } from '@collapsar/statistics'
import type { CellEvidence } from '../target.ts'

/** Depths around the one that is measured. */
const DEPTHS = { from: 2, to: 16 }

/** The measured P(collapse) over the curve of those that are born dead, beside the published numbers. */
export function headlineCurves({ document, spec }: CellEvidence): FigureData['curves'] {
  const { estimate, low, high } = document.collapse
  const bornDead = twoRayBornDead({ width: spec.width, maxDepth: DEPTHS.to }).filter(({ depth }) => depth >= DEPTHS.from)
  return {
    title: `collapse of |x| at depth ${spec.depth} and width ${spec.width}`,
    subtitle: `${document.trials.toLocaleString('en-US')} networks, trained for ${spec.training.steps.toLocaleString('en-US')} steps`,
    x: { label: 'depth (affine layers)', numbers: 'whole' },
    y: { label: 'P(collapse), %', numbers: 'percent', from: 0, to: 1.02 },
    curves: [
      { name: 'collapsed after training', points: [{ x: spec.depth, y: estimate, low, high }] },
      { name: 'born dead, theory', kind: 'theory', points: bornDead.map(({ depth, estimate: y }) => ({ x: depth, y })) },
    ],
    rules: [{ axis: 'y', value: 0.9, label: 'published: more than 90%' }],
    notes: ['Between the curve and the dot: networks that die while they are trained.'],
    digest: figureDigest({ cells: [document] }),
  }
}
