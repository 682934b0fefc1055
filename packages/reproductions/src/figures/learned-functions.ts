import { figureDigest } from '@collapsar/report'
import type { FigureData } from '@collapsar/report'
import { functionGrid, trainingPoints } from '@collapsar/trial'
import type { DistinctFunctions } from '@collapsar/trial'
import { columnOf } from '../measured-columns.ts'
import type { CellEvidence } from '../target.ts'

/** Functions that are drawn, those of most trials. */
const MOST_SHOWN = 5

/** The functions that most networks of a cell have learned, over the points that they were trained on. */
export function learnedFunctions(cell: CellEvidence, found: DistinctFunctions): FigureData['curves'] {
  const grid = [...functionGrid(cell.spec.problem)]
  const { values, size, trials } = columnOf(cell, 'functions', 'onGrid')
  const ranked = found.members
    .map((members, index) => ({ members, first: found.representatives[index] ?? 0 }))
    .toSorted((a, b) => b.members - a.members)
  const [shown, others] = [ranked.slice(0, MOST_SHOWN), ranked.slice(MOST_SHOWN)]
  const rest = `${others.length} others, of at most ${others[0]?.members ?? 0} networks each, are not drawn.`
  return {
    title: `${found.count} functions of ${trials} networks`,
    subtitle: `width ${cell.spec.width}, initial weights of standard deviation ${deviationOf(cell)}; the functions that most of them have learned`,
    x: { label: 'x' },
    y: { label: 'f(x)' },
    curves: [
      ...shown.map(({ members, first }, index) => ({
        name: `${index + 1}: ${members} networks`,
        points: grid.map((x, place) => ({ x, y: values[first * size + place] ?? null })),
      })),
      { name: 'training points', points: lonePoints(cell) },
    ],
    notes: [...(others.length > 0 ? [rest] : []), `With those not seen: ${Math.round(found.chao1)} functions, by the lower estimate of Chao (1984).`],
    digest: figureDigest({ cells: [cell.document] }),
  }
}

/** A gap after each point, so that no line joins them. */
function lonePoints({ spec }: CellEvidence): { x: number; y: number | null }[] {
  const { inputs, targets } = trainingPoints(spec.problem, spec.seed)
  return Array.from(inputs, (x, index) => [{ x, y: targets[index] ?? null }, { x, y: null }]).flat()
}

function deviationOf({ spec: { network } }: CellEvidence): string {
  return network.initialization.kind === 'small' ? String(network.initialization.std) : network.initialization.kind
}
