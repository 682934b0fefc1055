import type { SweepFile } from '@collapsar/sweep'
import { CLUSTER_ANGLES, logSpacedSteps } from '@collapsar/trial'
import { compareBand } from '../comparisons/band.ts'
import { compareNumber, compareNumberBand } from '../comparisons/number.ts'
import { ratioOf } from '../comparisons/ratio.ts'
import { meanOf, onlyCell } from '../evidence.ts'
import { unitDirections } from '../figures/unit-directions.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { columnOf, numbersAt } from '../measured-columns.ts'
import { MAENNEL_2018, SIMULATION_SOURCE } from '../papers.ts'
import { CLUSTERS } from '../references/condensation.ts'
import type { ClustersEntry } from '../references/condensation.ts'
import type { CellEvidence, Size, SweepEvidence, Target } from '../target.ts'

const SMALL = { std: 1e-4, learningRate: 0.1 }
const LARGE = { std: 1, learningRate: 0.01 }
const SETTINGS = [SMALL, LARGE]
const STEPS: Readonly<Record<Size, number>> = { quick: 10_000, full: 60_000 }

/** Of directions less than so many degrees apart, one cluster. */
const ANGLE = 2
/** Steps at which the weights are aligned and still small. */
const ALIGNED = [300, 1000]
const MOST_ALIGNED = 2
const MOST_AT_END = 10
/** Networks of which the limits must hold: the theory is one of a limit. */
const SHARE = 0.95
/** Of the directions at the start so many must be left from large weights: 40 of 53 in the independent simulation of all units. */
const LEAST_LEFT = 40 / 53
/** Step at which the directions are those of the theory, and the mean distance of the units in degrees that counts as none; later the loss turns them. */
const PREDICTED_AT = 100
const NEAR = 1
const COMPARISONS = ALIGNED.length + 3 + CLUSTERS.length
const FALSE_ALARM = FAMILY_FALSE_ALARM / COMPARISONS

/** From small initial weights the units of a wide layer gather on few directions, which the data fix. */
export const condensation: Target = {
  number: 15,
  name: 'condensation',
  title: 'the directions on which the units of a wide layer condense',
  paper: MAENNEL_2018,
  item: 'the claim that weight vectors concentrate on finitely many directions while they are small, by the protocol of a public page on condensation',
  source: `the abstract, a review, and the condensation page of github.com/dlphenomena/website; ${SIMULATION_SOURCE}`,
  published: ['the units of a network of 100 condense on a few directions from standard deviation 1/100^2, and do not from large weights; no numbers'],
  protocol: [
    'f(x) = -s(x) + s(2 (x + 0.3)) - s(1.5 (x - 0.4)) + s(0.5 (x - 0.8)), s = relu, 40 even points of [-1, 1]; one hidden layer of 100 units',
    'all parameters normal, standard deviation 1e-4 or 1; gradient descent on all points with learning rate 0.1; 60,000 steps',
    'directions (w, b) less than 2 degrees apart are one cluster; counted are units with a kink among the points and at least 1% of the largest amplitude',
  ],
  assumptions: [
    'the quick size stops after 10,000 steps: the alignment is over after 300, and the directions at 10,000 have their own reference',
    'from standard deviation 1 the learning rate is 0.01: at 0.1 every one of these networks diverges until it is dead',
    'the points are the midpoints of 40 intervals; the weights of both layers and all biases are drawn alike',
    'our networks have an output bias, which first learns the mean of the targets. The units then align to the targets without their mean, units of either sign to a direction of their own: two clusters, where networks without the bias have one',
    'units that are zero, or have no kink, on all points are half of all at the start and are not counted: the 53 clusters of 100 random directions are 28 here, and "40 of them stay" is held as that share',
  ],
  sweeps: (size) => SETTINGS.map((setting) => ({ file: fileOf(setting, size) })),
  judge: (evidence) => {
    const [small, large] = [onlyCell(evidence[0]), onlyCell(evidence[1])]
    return [
      predictedComparison(small),
      ...ALIGNED.map((step) => alignedComparison(small, step)),
      endComparison(small),
      spreadComparison(large),
      ...CLUSTERS.flatMap((entry) => tableComparison(entry, evidence)),
    ]
  },
  figure: async ([sweep], networks) => ({ kind: 'directions', data: await unitDirections(onlyCell(sweep), networks) }),
}

function fileOf({ std, learningRate }: (typeof SETTINGS)[number], size: Size): SweepFile {
  return {
    name: `directions from initial weights of ${std}`,
    grid: { depth: 2, width: 100 },
    inits: size === 'quick' ? 100 : 400,
    network: { init: { kind: 'small', std }, bias: { kind: 'normal', std } },
    problem: { target: 'condensation', points: 40 },
    training: { optimizer: { kind: 'sgd', learningRate }, steps: STEPS[size], stopAtDeath: false },
    measure: ['directions'],
  }
}

/** Place of a step among the moments that were looked at; -1 where it was not. */
function momentOf({ spec: { training } }: CellEvidence, step: number): number {
  return [...logSpacedSteps(training.steps), training.steps].indexOf(step)
}

/** Clusters of every network after so many steps, [trial]. */
function clustersAfter(cell: CellEvidence, step: number): number[] {
  const place = momentOf(cell, step) * CLUSTER_ANGLES.length + CLUSTER_ANGLES.indexOf(ANGLE)
  return numbersAt(columnOf(cell, 'directions', 'clusters'), place)
}

function shareComparison(what: string, holds: readonly boolean[], kind: 'published' | 'proved'): Measurement {
  const counts = { successes: holds.filter(Boolean).length, trials: holds.length }
  return compareBand({ what, counts, kind, band: { low: SHARE, high: 1 }, falseAlarm: FALSE_ALARM, mode: 'bound' })
}

function alignedComparison(cell: CellEvidence, step: number): Measurement {
  const holds = clustersAfter(cell, step).map((clusters) => clusters >= 1 && clusters <= MOST_ALIGNED)
  return shareComparison(`at most ${MOST_ALIGNED} directions after ${step} steps from ${SMALL.std}`, holds, 'published')
}

function predictedComparison(cell: CellEvidence): Measurement {
  const degrees = numbersAt(columnOf(cell, 'directions', 'extremalMean'), momentOf(cell, PREDICTED_AT))
  const what = `units within ${NEAR} degree of the predicted directions, on average, after ${PREDICTED_AT} steps from ${SMALL.std}`
  return shareComparison(what, degrees.map((angle) => angle <= NEAR), 'proved')
}

function endComparison(cell: CellEvidence): Measurement {
  const { steps } = cell.spec.training
  const holds = clustersAfter(cell, steps).map((clusters) => clusters >= 1 && clusters <= MOST_AT_END)
  return shareComparison(`at most ${MOST_AT_END} directions at the end from ${SMALL.std}`, holds, 'published')
}

function spreadComparison(cell: CellEvidence): Measurement {
  const [start, end] = [1, cell.spec.training.steps].map((step) => meanOf(clustersAfter(cell, step)))
  if (start === undefined || end === undefined) throw new RangeError('expected two moments')
  return compareNumberBand({
    what: `directions at the end over those at the start from ${LARGE.std}`,
    measured: ratioOf(end, start),
    kind: 'published',
    band: { low: LEAST_LEFT, high: Infinity },
    falseAlarm: FALSE_ALARM,
  })
}

/** Of the steps that this size has looked at. */
function tableComparison({ std, step, mean, standardError }: ClustersEntry, evidence: readonly SweepEvidence[]): Measurement[] {
  const cell = onlyCell(evidence[SETTINGS.findIndex((setting) => setting.std === std)])
  if (momentOf(cell, step) === -1) return []
  return [
    compareNumber({
      what: `directions after ${step.toLocaleString('en-US')} steps from ${std}`,
      measured: meanOf(clustersAfter(cell, step)),
      kind: 'simulated',
      reference: { value: mean, standardError },
      falseAlarm: FALSE_ALARM,
      material: std === SMALL.std ? 1 : 4,
    }),
  ]
}
