import { COLLAPSED, targets } from '@collapsar/trial'
import { compareBand } from '../comparisons/band.ts'
import { compareNumberBand } from '../comparisons/number.ts'
import { meanOf } from '../evidence.ts'
import { constantsHistogram } from '../figures/constants-histogram.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2018, LU_SOURCE } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_TRAINING, paperProblem } from '../protocol.ts'
import type { CellEvidence, Target } from '../target.ts'

const TOLERANCE = 0.05
/** A network or two in a hundred may still be on its way. */
const SETTLED_SHARE = 0.95

const KINDS = ['square', 'step-sin'] as const
const LOSSES = ['mse', 'mae'] as const
const FALSE_ALARM = FAMILY_FALSE_ALARM / (2 * KINDS.length * LOSSES.length)

/** Which constant a collapsed network becomes. */
export const meanOrMedian: Target = {
  number: 9,
  name: 'mean-or-median',
  title: 'the constant of a collapsed network: the mean or the median',
  paper: LU_2018,
  item: 'the abstract: collapse to the mean or the median of the target, by the loss',
  source: LU_SOURCE,
  published: ['mean squared error: the mean; mean absolute error: the median'],
  protocol: [
    'depth 10, width 2; dead networks are trained on to the last step',
    '3,000 uniform points in minibatches of 128; He-normal weights, zero biases; Adam 1e-3; each loss',
  ],
  assumptions: [
    ...PAPER_ASSUMPTIONS.slice(1),
    '1(x > 0) + 0.2 sin 5x is the example of the paper: its mean is 0.5, but every number from 0.2 to 0.8 is a median; so x^2 on [-sqrt 3, sqrt 3], mean 1 and median 0.75, makes the sharp test',
    `a constant within ${TOLERANCE} of the best one has reached it`,
  ],
  sweeps: (size) => [
    {
      records: true,
      file: {
        name: 'the constants of collapsed networks',
        grid: { depth: 10, width: 2 },
        inits: size === 'quick' ? 200 : 1000,
        problem: paperProblem('square'),
        training: { ...PAPER_TRAINING, steps: size === 'quick' ? 5000 : 20_000, stopAtDeath: false },
        axes: { 'problem.target': [...KINDS], 'training.loss': [...LOSSES] },
      },
    },
  ],
  judge: ([sweep]) => (sweep?.cells ?? []).flatMap(compareConstants),
  figure: ([sweep]) => {
    const cells = (sweep?.cells ?? []).filter(({ spec }) => spec.problem.target === 'square')
    const [mean = NaN] = targets.square.mean
    const median = targets.square.medians[0]?.[0] ?? NaN
    const best = [{ value: median, label: `median ${median}: absolute error` }, { value: mean, label: `mean ${mean}: squared error` }]
    return { kind: 'histogram', data: constantsHistogram(cells, best) }
  },
}

function compareConstants({ spec, records }: CellEvidence): Measurement[] {
  const { target } = spec.problem
  const { loss } = spec.training
  if (target === 'expression') throw new Error('the protocol names its targets')
  const definition = targets[target]
  const [mean = NaN] = definition.mean
  const [low, high] = (loss === 'mae' ? definition.medians[0] : undefined) ?? [mean, mean]
  const band = { low: low - TOLERANCE, high: high + TOLERANCE }
  const constants = records.filter(({ outcome }) => COLLAPSED.includes(outcome)).map(({ value }) => value)
  const settled = constants.filter((constant) => constant >= band.low && constant <= band.high)
  const what = `${target}, ${loss}`
  return [
    compareNumberBand({ what: `mean constant, ${what}`, measured: meanOf(constants), kind: 'published', band, falseAlarm: FALSE_ALARM }),
    compareBand({
      what: `share of constants at the ${loss === 'mae' ? 'median' : 'mean'}, ${what}`,
      counts: { successes: settled.length, trials: constants.length },
      kind: 'published',
      band: { low: SETTLED_SHARE, high: 1 },
      falseAlarm: FALSE_ALARM,
    }),
  ]
}
