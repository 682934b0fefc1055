import type { SweepFile } from '@collapsar/sweep'
import { updateMoments } from '@collapsar/trial'
import { compareNumberBand } from '../comparisons/number.ts'
import { slopeOf } from '../comparisons/slope.ts'
import { groupsOf, meanOf } from '../evidence.ts'
import { columnOf } from '../measured-columns.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { KARNER_2024 } from '../papers.ts'
import type { CellEvidence, Size, Target } from '../target.ts'

/** Most that the mean of the reciprocals may grow with the width: a polynomial of a low degree. */
const MOST_EXPONENT = 3

/** Biases move by so much in one step that noise relative to it is worth something. */
export const biasUpdates: Target = {
  number: 18,
  name: 'bias-updates',
  title: 'the size of single updates of biases, by width',
  paper: KARNER_2024,
  item: 'assumption A: the mean of the reciprocals of the non-zero bias updates of one step is at most polynomial in the width',
  source: 'the assumption and a summary of the experiments that support it; their architectures, functions and figures were not at hand',
  published: ['at most polynomial in the width, for many depths and widths; no numbers'],
  protocol: [
    'f(x) = x^2 on 128 points, minibatches of 32, He-normal weights, zero biases; gradient descent and Adam, learning rate 1e-3',
    'the change of every hidden bias in the updates after 0, 1, 3, 10, 30 and 100 steps (quick: to 30), float32; full: float16 and float64 too',
  ],
  assumptions: [
    'all of the protocol is ours',
    `polynomial: the exponent in the width is at most ${MOST_EXPONENT}, by a line through logarithms`,
    'the mean is over the biases of one network in one step; over networks its logarithm is averaged, because single updates near zero outweigh all others in a plain mean',
    'networks that diverged, or in which no bias moved, have no mean and are left out',
  ],
  sweeps: (size) => [{ file: fileOf(size) }],
  judge: ([sweep]) => {
    const groups = groupsOf(sweep, ({ spec, document }) => [spec.depth, document.axes])
    const moments = sweep?.cells[0] === undefined ? [] : updateMoments(sweep.cells[0].spec)
    const falseAlarm = FAMILY_FALSE_ALARM / Math.max(1, groups.length * moments.length)
    return groups.flatMap((cells) => moments.map((step, moment) => exponentComparison(cells, { step, moment, falseAlarm })))
  },
}

function fileOf(size: Size): SweepFile {
  const quick = size === 'quick'
  return {
    name: 'bias updates',
    grid: quick ? { depth: [3, 6], width: [8, 16, 32] } : { depth: [3, 6, 11, 21], width: [8, 16, 32, 64, 128] },
    inits: quick ? 100 : 200,
    problem: { target: 'square', points: 128 },
    // The last update that is looked at is the one before the last.
    training: { batch: 32, steps: quick ? 32 : 102, optimizer: { kind: 'adam', learningRate: 1e-3 } },
    axes: {
      'training.optimizer.kind': ['sgd', 'adam'],
      'precision': quick ? ['float32'] : ['float16', 'float32', 'float64'],
    },
    measure: ['updates'],
  }
}

interface Moment {
  /** Updates made before the one that is looked at. */
  readonly step: number
  /** Its place among the moments of the set. */
  readonly moment: number
  readonly falseAlarm: number
}

/** @param cells of one depth and setting, by width */
function exponentComparison(cells: readonly CellEvidence[], { step, moment, falseAlarm }: Moment): Measurement {
  const means = cells.map((cell) => ({ width: cell.spec.width, ...meanOf(logReciprocals(cell, moment)) }))
  const points = means.map(({ width, value, standardError }) => ({ x: Math.log(width), y: value, variance: standardError ** 2 }))
  return compareNumberBand({
    what: `exponent in the width of the mean of 1 / |change|, ${settingText(cells[0])}, update after step ${step}`,
    measured: slopeOf(points, means.reduce((sum, { trials }) => sum + trials, 0)),
    kind: 'published',
    band: { low: -Infinity, high: MOST_EXPONENT },
    falseAlarm,
  })
}

function settingText(cell: CellEvidence | undefined): string {
  return `depth ${cell?.spec.depth}, ${cell?.spec.training.optimizer.kind}, ${String(cell?.document.axes?.['precision'])}`
}

/** Logarithm of the mean over all biases that moved in an update, of each network in which some did. */
function logReciprocals(cell: CellEvidence, moment: number): number[] {
  const layers = cell.spec.depth - 1
  const reciprocals = columnOf(cell, 'updates', 'meanReciprocal').values
  const resting = columnOf(cell, 'updates', 'resting').values
  const rowSize = layers * updateMoments(cell.spec).length
  return Array.from({ length: reciprocals.length / rowSize }, (_, trial) => {
    const places = Array.from({ length: layers }, (__, layer) => rowSize * trial + layers * moment + layer)
    const moved = places.map((place) => cell.spec.width - (resting[place] ?? 0))
    const sum = places.reduce((total, place, layer) => total + (moved[layer] === 0 ? 0 : (moved[layer] ?? 0) * (reciprocals[place] ?? NaN)), 0)
    return Math.log(sum / moved.reduce((total, count) => total + count, 0))
  }).filter(Number.isFinite)
}
