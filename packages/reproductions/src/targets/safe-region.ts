import type { SweepFile } from '@collapsar/sweep'
import { compareBoundary } from '../comparisons/boundary.ts'
import { compareShare } from '../comparisons/share.ts'
import { bornDeadOf, cellAt, collapsedOf, mapOf } from '../evidence.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2018, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { BORN_DEAD_PROTOCOL, PAPER_PROTOCOL, PAPER_TRAINING, paperProblem, UNTRAINED_LINE } from '../protocol.ts'
import { COLLAPSE_SURFACE } from '../references/collapse-surface.ts'
import { SAFE_DEPTHS } from '../references/safe-depth.ts'
import type { SafeDepth } from '../references/safe-depth.ts'
import type { Size, SweepEvidence, Target } from '../target.ts'

const COMPARISONS = SAFE_DEPTHS.length + COLLAPSE_SURFACE.length
const FALSE_ALARM = FAMILY_FALSE_ALARM / COMPARISONS
const TOLERANCE = 1
/** Layers on both sides of a boundary that the quick size looks at. */
const AROUND = 3
/** The quick size leaves out wider networks: their boundaries at 1% need ten times the trials. */
const QUICK_WIDTHS = 6

/** The diagram of the safe operating region. */
export const safeRegion: Target = {
  number: 4,
  name: 'safe-region',
  title: 'the safe operating region: the greatest depth that is safe at each width',
  paper: LU_2018,
  item: 'the diagram of the safe operating region: curves of the greatest depth by width at 1% and 10%',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: ['curves at 1% and 10%; their values were read from no table'],
  protocol: [...BORN_DEAD_PROTOCOL, 'the trained part:', 'f(x) = |x|, 3,000 steps', ...PAPER_PROTOCOL],
  assumptions: ['the curves are taken to be those of being born dead', 'the trained part is held against an independent simulation of 3,000 steps, cell by cell'],
  sweeps: (size) => [...untrainedFiles(size), trainedFile(size)].map((file) => ({ file })),
  judge: (evidence) => [...boundaryComparisons(evidence.slice(0, -1)), ...surfaceComparisons(evidence.at(-1))],
  figure: (evidence) => mapOf(evidence.length === 2 ? evidence[0] : evidence.at(-1)),
}

/** Full: one map, which is the figure; the quick size has the trained map alone, and for each width the depths around its boundaries. */
function untrainedFiles(size: Size): SweepFile[] {
  if (size === 'full') {
    const grid = { depth: { from: 2, to: 30 }, width: { from: 2, to: 10 } }
    return [{ name: 'safe region, born dead', grid, inits: 100_000, ...UNTRAINED_LINE }]
  }
  const widths = [...new Set(SAFE_DEPTHS.map(({ width }) => width))].filter((width) => width <= QUICK_WIDTHS)
  return widths.map((width) => ({
    name: `safe region, born dead, width ${width}`,
    grid: { depth: depthsAround(width), width },
    inits: 20_000,
    ...UNTRAINED_LINE,
  }))
}

function depthsAround(width: number): number[] {
  const around = SAFE_DEPTHS.filter((safe) => safe.width === width).flatMap(({ depth }) => (depth === null ? [] : windowOf(depth)))
  return [...new Set(around)].toSorted((a, b) => a - b)
}

function windowOf(depth: number): number[] {
  return Array.from({ length: 2 * AROUND + 1 }, (_, index) => depth - AROUND + index).filter((candidate) => candidate >= 2)
}

function trainedFile(size: Size): SweepFile {
  return {
    name: 'safe region, trained',
    grid: size === 'quick' ? { depth: [3, 5, 10], width: [2, 3, 4, 8] } : { depth: [3, 5, 10, 20], width: [2, 3, 4, 8] },
    inits: size === 'quick' ? 600 : 2000,
    problem: paperProblem('abs'),
    training: { ...PAPER_TRAINING, steps: 3000 },
  }
}

function boundaryComparisons(untrained: readonly SweepEvidence[]): Measurement[] {
  return SAFE_DEPTHS.flatMap((safe) => boundaryComparison(safe, untrained))
}

/** Of the depths around the boundary; nothing where it lies deeper than the table, or where the sweep has none of them. */
function boundaryComparison({ width, level, depth }: SafeDepth, untrained: readonly SweepEvidence[]): Measurement[] {
  if (depth === null) return []
  const cells = untrained.flatMap((sweep) => sweep.cells).filter(({ spec }) => spec.width === width && windowOf(depth).includes(spec.depth))
  if (cells.length === 0) return []
  return [
    compareBoundary({
      what: `deepest network of width ${width} with P(born dead) at most ${100 * level}%`,
      row: cells.map((cell) => ({ depth: cell.spec.depth, counts: bornDeadOf(cell) })),
      level,
      kind: 'simulated',
      reference: depth,
      tolerance: TOLERANCE,
      falseAlarm: FALSE_ALARM,
    }),
  ]
}

function surfaceComparisons(trained: SweepEvidence | undefined): Measurement[] {
  return COLLAPSE_SURFACE.flatMap(({ depth, width, collapse, trials }) => {
    const cell = cellAt(trained, depth, width)
    if (cell === null) return []
    const what = `P(collapse) after training, depth ${depth}, width ${width}`
    const reference = { probability: collapse, trials }
    return [compareShare({ what, counts: collapsedOf(cell), kind: 'simulated', reference, falseAlarm: FALSE_ALARM, material: 0.15 })]
  })
}
