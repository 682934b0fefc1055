import type { SweepFile } from '@collapsar/sweep'
import { compareNever } from '../comparisons/never.ts'
import { compareNumberBand } from '../comparisons/number.ts'
import { slopeOf } from '../comparisons/slope.ts'
import { groupsOf, meanPieces } from '../evidence.ts'
import { piecesLines } from '../figures/pieces-lines.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { KARNER_2024 } from '../papers.ts'
import type { CellEvidence, Size, Target } from '../target.ts'

/** 2^-p for significands of p bits. */
const UNIT_ROUNDOFF: Readonly<Record<string, number>> = { float16: 2 ** -11, bfloat16: 2 ** -8, float32: 2 ** -24, float64: 2 ** -53 }
const SETTINGS = [
  { optimizer: 'sgd', precisions: ['float16', 'float32', 'float64'] },
  { optimizer: 'adam', precisions: ['bfloat16', 'float32', 'float64'] },
] as const
/** The theorem lets the mean number of pieces grow with a polynomial in width times depth. */
const MOST_EXPONENT = 2
/** Part of the greatest number of pieces that no network comes near, once there are five hidden layers. */
const FAR_BELOW = 0.01
const FAR_BELOW_DEPTH = 6
/** Exponent, curvature. */
const TESTS_PER_GROUP = 2

const LEARNING_RATE = 1e-3

/** How many pieces networks have while they are trained, by two optimizers in four precisions. */
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
  protocol: [
    'f(x) = x^2 on 128 points, minibatches of 32, He-normal weights, zero biases; gradient descent and Adam, learning rate 1e-3',
    'widths 10 to 50, 2 to 20 hidden layers (quick: widths 10 and 20, 2 to 10 layers)',
    'pieces on [-sqrt 3, sqrt 3], counted exactly after 1, 10, 100 and 1,000 steps (quick: 10 and 100)',
    'float32 and float64, and of 16 bits float16 for gradient descent and bfloat16 for Adam',
  ],
  assumptions: [
    'all of the protocol is ours',
    'Adam is not run in float16: nothing is scaled, its second moments underflow, and of the quick shapes 11% to 100% of networks diverge within 10 steps',
    'networks that diverged have no pieces, and are left out of the means',
    'the exponent is that of the mean number of pieces in the number of hidden neurons, by a line through logarithms',
    'the bound is taken as N^2 L / u with the unit roundoff u: its constant was not at hand',
    'not exponential: from layer to layer the logarithm of the mean grows by less in the deepest networks than in shallower ones; exponential growth in depth has no such difference',
    `far below the greatest number (N + 1)^(L - 1): at most ${FAR_BELOW} of it from depth ${FAR_BELOW_DEPTH} on`,
  ],
  sweeps: (size) => SETTINGS.map((setting) => ({ file: fileOf(size, setting) })),
  judge: (evidence) => {
    const groups = evidence.flatMap((sweep) => groupsOf(sweep, ({ document }) => document.axes)).map(groupOf)
    const falseAlarm = FAMILY_FALSE_ALARM / Math.max(1, TESTS_PER_GROUP * groups.length)
    return groups.flatMap((group) => [
      exponentComparison(group, falseAlarm),
      curvatureComparison(group, falseAlarm),
      boundComparison(group),
      farBelowComparison(group),
    ])
  },
  figure: (evidence) => {
    const stepsOf = (cells: readonly CellEvidence[]): number => cells[0]?.spec.training.steps ?? 0
    const groups = evidence.flatMap((sweep) => groupsOf(sweep, ({ document }) => document.axes))
    const trained = groups.filter(([cell]) => cell?.spec.numerics === 'ieee-f32/1').toSorted((a, b) => stepsOf(b) - stepsOf(a))
    const cells = trained[0] ?? []
    const steps = stepsOf(cells)
    const captions = { title: `pieces after ${steps.toLocaleString('en-US')} steps`, subtitle: 'f(x) = x^2, float32; bands: the middle half of the networks' }
    return { kind: 'curves', data: piecesLines(captions, cells.map(({ document }) => document)) }
  },
}

function fileOf(size: Size, { optimizer, precisions }: (typeof SETTINGS)[number]): SweepFile {
  return {
    name: `pieces during training, ${optimizer}`,
    grid: size === 'quick' ? { depth: [3, 6, 11], width: [10, 20] } : { depth: [3, 6, 11, 21], width: [10, 20, 30, 40, 50] },
    inits: 100,
    problem: { target: 'square', points: 128 },
    training: { batch: 32, optimizer: { kind: optimizer, learningRate: LEARNING_RATE } },
    axes: {
      'training.steps': size === 'quick' ? [10, 100] : [1, 10, 100, 1000],
      'precision': [...precisions],
    },
  }
}

/** The cells of one number of steps, one precision and one optimizer. */
interface Group {
  /** `float16, adam, 100 steps` */
  readonly text: string
  readonly unit: number
  readonly cells: readonly CellEvidence[]
}

function groupOf(cells: readonly CellEvidence[]): Group {
  const precision = String(cells[0]?.document.axes?.['precision'])
  const training = cells[0]?.spec.training
  return { text: `${precision}, ${training?.optimizer.kind}, ${training?.steps} steps`, unit: UNIT_ROUNDOFF[precision] ?? NaN, cells }
}

function trialsOf(cells: readonly CellEvidence[]): number {
  return cells.reduce((sum, { tally }) => sum + tally.trials, 0)
}

function neurons({ spec }: CellEvidence): number {
  return spec.width * (spec.depth - 1)
}

function exponentComparison({ text, cells }: Group, falseAlarm: number): Measurement {
  const points = cells.map((cell) => ({ x: Math.log(neurons(cell)), ...logPieces(cell) }))
  return compareNumberBand({
    what: `exponent of the pieces in the neurons, ${text}`,
    measured: slopeOf(points, trialsOf(cells)),
    kind: 'published',
    band: { low: -Infinity, high: MOST_EXPONENT },
    falseAlarm,
  })
}

/** Logarithm of the mean number of pieces, its variance by the delta method. */
function logPieces(cell: CellEvidence): { readonly y: number; readonly variance: number } {
  const { value, standardError } = meanPieces(cell)
  return { y: Math.log(value), variance: (standardError / value) ** 2 }
}

/** How much faster ln(pieces) grows a layer between the deepest two depths than between the two before, in the mean over widths. */
function curvatureComparison({ text, cells }: Group, falseAlarm: number): Measurement {
  const depths = [...new Set(cells.map(({ spec }) => spec.depth))].toSorted((a, b) => a - b).slice(-3)
  const [first = NaN, middle = NaN, last = NaN] = depths
  const [earlier, later] = [middle - first, last - middle]
  const weights = new Map([[first, 1 / earlier], [middle, -1 / earlier - 1 / later], [last, 1 / later]])
  const widths = new Set(cells.map(({ spec }) => spec.width)).size
  const terms = cells.flatMap((cell) => {
    const weight = (weights.get(cell.spec.depth) ?? 0) / widths
    const { y, variance } = logPieces(cell)
    return weight === 0 ? [] : [{ value: weight * y, variance: weight ** 2 * variance }]
  })
  return compareNumberBand({
    what: `growth of ln(pieces) a layer, depth ${middle} to ${last} less ${first} to ${middle}, ${text}`,
    measured: {
      value: terms.reduce((sum, { value }) => sum + value, 0),
      standardError: Math.sqrt(terms.reduce((sum, { variance }) => sum + variance, 0)),
      trials: trialsOf(cells.filter(({ spec }) => depths.includes(spec.depth))),
    },
    kind: 'published',
    band: { low: -Infinity, high: 0 },
    falseAlarm,
  })
}

function boundComparison({ text, unit, cells }: Group): Measurement {
  const bound = (cell: CellEvidence): number => Math.min((cell.spec.width ** 2 * cell.spec.depth) / unit, greatest(cell))
  return compareNever({
    what: `networks with more pieces than the bounds, ${text}`,
    violations: cells.reduce((sum, cell) => sum + trialsAbove(cell, bound(cell)), 0),
    trials: trialsOf(cells),
    kind: 'published',
    text: 'at most N^2 L / u, and at most (N + 1)^(L - 1)',
  })
}

function farBelowComparison({ text, cells }: Group): Measurement {
  const deep = cells.filter(({ spec }) => spec.depth >= FAR_BELOW_DEPTH)
  return compareNever({
    what: `networks near the greatest number of pieces, depth ${FAR_BELOW_DEPTH} and more, ${text}`,
    violations: deep.reduce((sum, cell) => sum + trialsAbove(cell, FAR_BELOW * greatest(cell)), 0),
    trials: trialsOf(deep),
    kind: 'published',
    text: `far below: at most ${FAR_BELOW} (N + 1)^(L - 1)`,
  })
}

function greatest({ spec }: CellEvidence): number {
  return (spec.width + 1) ** (spec.depth - 1)
}

function trialsAbove({ tally: { pieces } }: CellEvidence, bound: number): number {
  return pieces.bins.reduce((sum, bin, index) => sum + (bin > bound ? (pieces.counts[index] ?? 0) : 0), 0)
}
