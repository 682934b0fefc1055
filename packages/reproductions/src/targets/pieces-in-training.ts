import type { SweepFile } from '@collapsar/sweep'
import { compareNever } from '../comparisons/never.ts'
import { compareNumberBand } from '../comparisons/number.ts'
import { slopeOf } from '../comparisons/slope.ts'
import { meanPieces } from '../evidence.ts'
import { piecesLines } from '../figures/pieces-lines.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { KARNER_2024 } from '../papers.ts'
import type { CellEvidence, Size, SweepEvidence, Target } from '../target.ts'

const UNIT_ROUNDOFF: Readonly<Record<string, number>> = { float16: 2 ** -11, float32: 2 ** -24, float64: 2 ** -53 }
/** The theorem lets the mean number of pieces grow with a polynomial in width times depth. */
const MOST_EXPONENT = 2

/** How many pieces networks have while they are trained, in three precisions. */
export const piecesInTraining: Target = {
  number: 17,
  name: 'pieces-in-training',
  title: 'pieces during training, by precision',
  paper: KARNER_2024,
  item: 'the experiment that training stays far below the number of pieces that depth allows',
  source: 'a summary of the sections of the paper; its architectures, functions and figures were not at hand',
  published: [
    'after a step with noise of relative level delta the mean number of pieces is at most polynomial in the width, linear in the depth and in 1/delta',
    'no numbers; our protocol is our own',
  ],
  protocol: ['f(x) = x^2 on 128 points, minibatches of 32, He-normal weights, zero biases, Adam 1e-3', 'pieces on [-sqrt 3, sqrt 3], counted exactly after 1, 10, 100 and 1,000 steps (quick: 10 and 100) in float16, float32 and float64'],
  assumptions: [
    'all of the protocol is ours',
    'the exponent is that of the mean number of pieces in the number of hidden neurons, by a line through logarithms',
    'the bound is taken as N^2 L / u with the unit roundoff u: its constant was not at hand',
  ],
  sweeps: (size) => [{ file: fileOf(size) }],
  judge: ([sweep]) => {
    const groups = groupsOf(sweep)
    const falseAlarm = FAMILY_FALSE_ALARM / Math.max(1, groups.length)
    return groups.flatMap((group) => [exponentComparison(group, falseAlarm), boundComparison(group)])
  },
  figure: ([sweep]) => {
    const trained = groupsOf(sweep).filter(({ precision }) => precision === 'float32').toSorted((a, b) => b.steps - a.steps)
    const { steps = 0, cells = [] } = trained[0] ?? {}
    const captions = { title: `pieces after ${steps.toLocaleString('en-US')} steps`, subtitle: 'f(x) = x^2, float32; bands: the middle half of the networks' }
    return { kind: 'curves', data: piecesLines(captions, cells.map(({ document }) => document)) }
  },
}

function fileOf(size: Size): SweepFile {
  return {
    name: 'pieces during training',
    grid: size === 'quick' ? { depth: [3, 6, 11], width: [10, 20, 30] } : { depth: [3, 6, 11, 21], width: [10, 20, 30, 40, 50] },
    inits: 100,
    problem: { target: 'square', points: 128 },
    training: { batch: 32 },
    axes: {
      'training.steps': size === 'quick' ? [10, 100] : [1, 10, 100, 1000],
      'precision': Object.keys(UNIT_ROUNDOFF),
    },
  }
}

/** The cells of one number of steps and one precision. */
interface Group {
  readonly steps: number
  readonly precision: string
  readonly cells: readonly CellEvidence[]
}

function groupsOf(sweep: SweepEvidence | undefined): Group[] {
  const groups = new Map<string, CellEvidence[]>()
  for (const cell of sweep?.cells ?? []) {
    const key = JSON.stringify(cell.document.axes)
    groups.set(key, [...(groups.get(key) ?? []), cell])
  }
  return [...groups.values()].map((cells) => {
    const axes = cells[0]?.document.axes
    return { steps: Number(axes?.['training.steps']), precision: String(axes?.['precision']), cells }
  })
}

function neurons({ spec }: CellEvidence): number {
  return spec.width * (spec.depth - 1)
}

function exponentComparison({ steps, precision, cells }: Group, falseAlarm: number): Measurement {
  const points = cells.map((cell) => {
    const { value, standardError } = meanPieces(cell)
    return { x: Math.log(neurons(cell)), y: Math.log(value), variance: (standardError / value) ** 2 }
  })
  const trials = cells.reduce((sum, { tally }) => sum + tally.trials, 0)
  return compareNumberBand({
    what: `exponent of the pieces in the neurons, ${precision}, ${steps} steps`,
    measured: slopeOf(points, trials),
    kind: 'published',
    band: { low: -Infinity, high: MOST_EXPONENT },
    falseAlarm,
  })
}

function boundComparison({ steps, precision, cells }: Group): Measurement {
  const unit = UNIT_ROUNDOFF[precision] ?? NaN
  const bound = ({ spec }: CellEvidence): number => Math.min((spec.width ** 2 * spec.depth) / unit, (spec.width + 1) ** (spec.depth - 1))
  const over = cells.reduce((sum, cell) => sum + trialsAbove(cell, bound(cell)), 0)
  return compareNever({
    what: `networks with more pieces than the bounds, ${precision}, ${steps} steps`,
    violations: over,
    trials: cells.reduce((sum, { tally }) => sum + tally.trials, 0),
    kind: 'published',
    text: 'at most N^2 L / u, and at most (N + 1)^(L - 1)',
  })
}

function trialsAbove({ tally: { pieces } }: CellEvidence, bound: number): number {
  return pieces.bins.reduce((sum, bin, index) => sum + (bin > bound ? (pieces.counts[index] ?? 0) : 0), 0)
}
