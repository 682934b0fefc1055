import { setImmediate as nextTurn } from 'node:timers/promises'
import { theoryOfCells } from '@collapsar/statistics'
import type { TheoryCell } from '@collapsar/statistics'
import type { TrialSpec } from '@collapsar/trial'

/** Born-dead probability by theory: proved bounds, the closed form where there is one, else a simulation with its error. */
export interface BornDeadTheory {
  readonly lower: number | null
  readonly upper: number | null
  readonly exact: number | null
  readonly simulated: { readonly estimate: number; readonly standardError: number } | null
}

/** What theory says of being born dead in this cell. */
export function bornDeadTheory(spec: TrialSpec): BornDeadTheory {
  const cell = theoryCell(spec)
  if (!known.has(keyOf(cell))) learn([cell])
  return known.get(keyOf(cell)) ?? NOTHING
}

/**
 * Works out the theory of all these cells, so that `bornDeadTheory` answers from memory. A simulation gives all depths of a width for
 * the price of the deepest, and takes a good part of a second: between two widths the event loop has its turn.
 */
export async function prepareBornDeadTheory(specs: readonly TrialSpec[]): Promise<void> {
  const cells = specs.map(theoryCell)
  for (const width of new Set(cells.map((cell) => cell.width))) {
    if (learn(cells.filter((cell) => cell.width === width)) > 0) await nextTurn()
  }
}

const NOTHING: BornDeadTheory = { lower: null, upper: null, exact: null, simulated: null }

/** A simulation has its own fixed seed, so what is remembered is what would be worked out again. */
const known = new Map<string, BornDeadTheory>()
/** Some tens of megabytes at most; then memory starts over. */
const MAXIMUM_KNOWN = 100_000

/** Gives how many of the cells were not known. */
function learn(cells: readonly TheoryCell[]): number {
  const missing = new Map(cells.map((cell) => [keyOf(cell), cell]))
  for (const key of missing.keys()) if (known.has(key)) missing.delete(key)
  if (known.size + missing.size > MAXIMUM_KNOWN) known.clear()
  for (const width of new Set([...missing.values()].map((cell) => cell.width))) {
    const keys = [...missing].filter(([, cell]) => cell.width === width).map(([key]) => key)
    const cells = keys.flatMap((key) => missing.get(key) ?? [])
    const theories = theoryOfCells(cells, { repetitions: repetitionsAt(width) })
    for (const [index, key] of keys.entries()) known.set(key, theories[index]?.bornDead ?? NOTHING)
  }
  return missing.size
}

/** Chains times width: bounds the time of a map's theory. Wide networks are rarely born dead and need fewer chains. */
const SIMULATED_UNITS = 4000
const FEWEST_CHAINS = 50

/** A function of the width alone, so that the same cell has the same theory in every map. */
function repetitionsAt(width: number): number {
  return Math.max(FEWEST_CHAINS, Math.round(SIMULATED_UNITS / width))
}

function keyOf(cell: TheoryCell): string {
  return JSON.stringify(cell)
}

/**
 * Laws that a change of sign of any row leaves as they are: given the layer below, the signs of the units are then independent, which
 * is all that the upper bound and the closed form of one ray need. Rows of orthogonal weights are not independent, and two
 * rays that are orthogonal stay so, hence cannot die in one layer: the formulas of two rays do not hold for them, and
 * `theoryCell` calls their rays many. Nothing is drawn of a sawtooth, and nothing said.
 */
const SYMMETRIC = [
  'he-normal',
  'he-uniform',
  'glorot-normal',
  'glorot-uniform',
  'lecun-normal',
  'torch-default',
  'small',
  'orthogonal',
]
const GAUSSIAN = ['he-normal', 'glorot-normal', 'lecun-normal', 'small']

/** The hypotheses of the theorems, as far as a cell meets them; the science is in `@collapsar/statistics`. */
export function theoryCell(spec: TrialSpec): TheoryCell {
  const kind = spec.network.initialization.kind
  return {
    inputDim: spec.problem.inputDim,
    depth: spec.depth,
    width: spec.width,
    // a normalized network is another function of its weights, whose layers cannot die
    relu: spec.network.activation.kind === 'relu' && spec.network.normalization === undefined,
    gaussianWeights: GAUSSIAN.includes(kind),
    symmetricWeights: SYMMETRIC.includes(kind),
    zeroBias: spec.network.bias.kind === 'zero',
    randomizedAsymmetric: kind === 'randomized-asymmetric' && spec.network.initScale === undefined,
    nonnegativePoint: hasNonnegativePoint(spec),
    raysOfInput: kind === 'orthogonal' && raysOfInput(spec) === 'both' ? 'many' : raysOfInput(spec),
  }
}

/** Whether some training point has no negative coordinate; where that is left to chance it is not claimed. */
function hasNonnegativePoint({ problem }: TrialSpec): boolean {
  const { domain, inputDim, points, sampling } = problem
  const [low, high] = domain
  if (sampling === 'directions') return true
  const side = Math.round(points ** (1 / inputDim))
  return sampling === 'grid' && high - (high - low) / (2 * side) >= 0
}

/** So many random points leave one side of 0 empty in no sweep that anyone will run, unless 0 is near the edge. */
const MANY_POINTS = 64

function raysOfInput({ problem }: TrialSpec): TheoryCell['raysOfInput'] {
  if (problem.inputDim > 1 || (problem.sampling === 'random' && problem.points < MANY_POINTS)) return 'many'
  const [low, high] = problem.domain
  // the outermost midpoints of a coarse grid may lie on one side of 0 though the domain does not
  const margin = problem.sampling === 'grid' ? (high - low) / (2 * problem.points) : 0
  return low + margin < 0 && high - margin > 0 ? 'both' : 'one'
}
