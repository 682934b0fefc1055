import { bornDeadBounds } from './bounds.ts'
import { oneRayBornDead } from './one-ray.ts'
import { randomizedAsymmetricBound } from './randomized-asymmetric.ts'
import { twoRayBornDead, twoRayExact } from './two-ray.ts'

/** As much of a cell as the theorems ask for. */
export interface TheoryCell {
  readonly inputDim: number
  readonly depth: number
  readonly width: number
  /** Independent normal weights of mean 0, of any scale: he-normal, glorot-normal, lecun-normal, small. */
  readonly gaussianWeights: boolean
  /** Weights, and biases if any, independent with laws symmetric about 0. */
  readonly symmetricWeights: boolean
  readonly zeroBias: boolean
  readonly relu: boolean
  /** Rays from the origin on which the inputs lie: one, two opposite ones, or more. */
  readonly raysOfInput: 'one' | 'both' | 'many'
  /** Every hidden layer is drawn by randomized asymmetric initialization; false unless said. */
  readonly randomizedAsymmetric?: boolean
  /** Some training point has no negative coordinate; false unless said. */
  readonly nonnegativePoint?: boolean
}

/** Probability of being born dead, as far as it is known without training; null where nothing is. */
export interface Theory {
  readonly bornDead: {
    readonly lower: number | null
    readonly upper: number | null
    /** A closed form. */
    readonly exact: number | null
    /** Given where the law is known but has no closed form. */
    readonly simulated: { readonly estimate: number; readonly standardError: number } | null
  }
}

export interface TheoryOptions {
  readonly repetitions?: number
  readonly seed?: number
}

/**
 * What theory says about one cell. A simulation, where one is needed, takes about 0.1 s: use `theoryOfCells` for a map.
 *
 * @throws RangeError unless inputDim, depth and width are integers of at least 1.
 */
export function theory(cell: TheoryCell, options: TheoryOptions = {}): Theory {
  return withSimulation(cell, curvePoint(simulatedCurves([cell], options), cell))
}

/**
 * `theory` of many cells, [cell] as given. Simulates each width once, to the greatest depth asked for, and gives the
 * numbers that `theory` gives cell by cell.
 */
export function theoryOfCells(cells: readonly TheoryCell[], options: TheoryOptions = {}): readonly Theory[] {
  const curves = simulatedCurves(cells, options)
  return cells.map((cell) => withSimulation(cell, curvePoint(curves, cell)))
}

type Simulated = Theory['bornDead']['simulated']
type Curves = ReadonlyMap<number, ReturnType<typeof twoRayBornDead>>

function withSimulation(cell: TheoryCell, simulated: Simulated): Theory {
  const { lower, upper } = bornDeadBounds({
    ...cell,
    bothSigns: cell.raysOfInput === 'both',
    symmetric: cell.relu && cell.symmetricWeights,
  })
  const exact = closedForm(cell)
  const asymmetric = randomizedAsymmetricBound(cell)
  const oneRay = cell.raysOfInput === 'one' ? exact : null
  return { bornDead: { lower: oneRay ?? lower, upper: upper ?? asymmetric?.upper ?? null, exact, simulated } }
}

function closedForm(cell: TheoryCell): number | null {
  if (!cell.relu || !cell.symmetricWeights || !cell.zeroBias) return null
  if (cell.raysOfInput === 'one') return oneRayBornDead(cell)
  return cell.raysOfInput === 'both' && cell.inputDim === 1 ? twoRayExact(cell) : null
}

function needsSimulation(cell: TheoryCell): boolean {
  const law = cell.relu && cell.symmetricWeights && cell.gaussianWeights && cell.zeroBias
  return law && cell.inputDim === 1 && cell.raysOfInput === 'both' && twoRayExact(cell) === null
}

function simulatedCurves(cells: readonly TheoryCell[], options: TheoryOptions): Curves {
  const depths = new Map<number, number>()
  for (const { width, depth } of cells.filter(needsSimulation)) {
    depths.set(width, Math.max(depth, depths.get(width) ?? 0))
  }
  return new Map([...depths].map(([width, maxDepth]) => [width, twoRayBornDead({ ...options, width, maxDepth })]))
}

function curvePoint(curves: Curves, cell: TheoryCell): Simulated {
  if (!needsSimulation(cell)) return null
  const point = curves.get(cell.width)?.find(({ depth }) => depth === cell.depth)
  return point === undefined ? null : { estimate: point.estimate, standardError: point.standardError }
}
