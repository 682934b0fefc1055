import type { SweepFile } from '@collapsar/sweep'
import { distinctFunctions, functionGrid } from '@collapsar/trial'
import type { DistinctFunctions } from '@collapsar/trial'
import { compareNumber, compareNumberBand } from '../comparisons/number.ts'
import type { UncertainNumber } from '../comparisons/number.ts'
import { kindsOf, ratioOf } from '../comparisons/ratio.ts'
import { cellAt, meanOf } from '../evidence.ts'
import { learnedFunctions } from '../figures/learned-functions.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { columnOf } from '../measured-columns.ts'
import { MAENNEL_2018, SIMULATION_SOURCE } from '../papers.ts'
import { FUNCTIONS_OF_24, GROUP_TRIALS } from '../references/few-functions.ts'
import type { FunctionsEntry } from '../references/few-functions.ts'
import type { CellEvidence, Size, SweepEvidence, Target } from '../target.ts'

const STDS = [0.001, 0.1, 1] as const
const [SMALL, , LARGE] = STDS
const WIDTHS = [4, 8, 16, 32]
const [NARROWEST, WIDEST] = [4, 32]
const COMPARISONS = FUNCTIONS_OF_24.length + WIDTHS.length + 1
const FALSE_ALARM = FAMILY_FALSE_ALARM / COMPARISONS
/** Largest difference of two functions that count as one, and up to where they are compared. */
const TOLERANCE = 0.05
const REACH = 1.5
/** Of 24 functions so many more or less would be another finding. */
const MATERIAL = 3
const MOST_SHARE = 1 / 3
/** The picture shows the functions of one width. */
const SHOWN_WIDTH = 8

/** With small initial weights gradient descent finds few functions, however many networks are trained. */
export const fewFunctions: Target = {
  number: 14,
  name: 'few-functions',
  title: 'how many functions networks learn, by the size of their initial weights',
  paper: MAENNEL_2018,
  item: 'the claim that from small initial weights only finitely many functions are learned, fixed by the data and independent of width',
  source: `the abstract and a review; the data of the experiment were not at hand; ${SIMULATION_SOURCE}`,
  published: ['finitely many functions, independent of width; no numbers for data that are known to us'],
  protocol: [
    'five points (-1, 0.4), (-1/2, -0.3), (0, 0.5), (1/2, -0.2), (1, 0.6); one hidden layer of 4 to 32 units',
    'all parameters normal with standard deviation 0.001, 0.1 or 1; gradient descent on all points, learning rate 0.05, 20,000 steps; mean squared error',
    `two functions are one if they differ by at most ${TOLERANCE} on 51 places of [-${REACH}, ${REACH}]`,
  ],
  assumptions: [
    'the points, widths and steps are ours',
    'the initial weights are independent: a balanced initialization, in which both weights of a unit have the same norm, is not part of the product',
    'our networks have an output bias and those of the theory have none. It learns the mean of the targets before the units grow, and leads to more functions: ' +
      'by the independent simulation 24 networks of width 4, 8, 16 and 32 from 0.001 learn 4.5, 3.6, 2.9 and 4.2 functions without it, balanced 5.2, 5.9, 5.1 and 4.4, and 13.2, 12.9, 10.2 and 6.6 with it',
    'so few are not a third of those from 1 among 24 trials, except at width 32. The claim that there are finitely many is judged on all trials: their number must stay below a third of that from 1, which grows with the trials',
    'that a number does not grow with the width is judged between the narrowest and the widest networks',
  ],
  sweeps: (size) => STDS.map((std) => ({ file: fileOf(std, size) })),
  judge: (evidence) => [
    ...WIDTHS.flatMap((width) => countComparison(width, evidence)),
    ...widthComparison(evidence[STDS.indexOf(SMALL)]),
    ...FUNCTIONS_OF_24.flatMap((entry) => groupComparison(entry, evidence)),
  ],
  figure: (evidence) => {
    const cell = cellAt(evidence[STDS.indexOf(SMALL)], 2, SHOWN_WIDTH)
    if (cell === null) throw new RangeError(`expected a cell of width ${SHOWN_WIDTH}, got none`)
    return { kind: 'curves', data: learnedFunctions(cell, functionsOf(cell)) }
  },
}

function fileOf(std: number, size: Size): SweepFile {
  return {
    name: `functions from initial weights of ${std}`,
    grid: { depth: 2, width: WIDTHS },
    inits: GROUP_TRIALS * (size === 'quick' ? 20 : 100),
    network: { init: { kind: 'small', std }, bias: { kind: 'normal', std } },
    problem: { target: 'five-points' },
    // A network that dies goes on to the best constant.
    training: { optimizer: { kind: 'sgd', learningRate: 0.05 }, steps: 20_000, stopAtDeath: false },
    measure: ['functions'],
  }
}

/** Values of every trial's function where they are compared, [trial][place]. */
function valuesOf(cell: CellEvidence): Float32Array {
  const { values, size, trials } = columnOf(cell, 'functions', 'onGrid')
  const places = placesOf(cell)
  return Float32Array.from({ length: trials * places.length }, (_, i) => {
    const place = places[i % places.length] ?? 0
    return values[Math.floor(i / places.length) * size + place] ?? Number.NaN
  })
}

/** Places of the stored grid within reach. */
function placesOf({ spec }: CellEvidence): number[] {
  return [...functionGrid(spec.problem).entries()].filter(([, x]) => Math.abs(x) <= REACH).map(([place]) => place)
}

function functionsOf(cell: CellEvidence): DistinctFunctions {
  return distinctFunctions(valuesOf(cell), placesOf(cell).length, TOLERANCE)
}

/** Distinct functions of each group of so many trials as the reference has, on average. */
function functionsOfGroups(cell: CellEvidence): UncertainNumber {
  const places = placesOf(cell).length
  const values = valuesOf(cell)
  const groups = Math.floor(values.length / (GROUP_TRIALS * places))
  const groupOf = (group: number) => values.subarray(group * GROUP_TRIALS * places, (group + 1) * GROUP_TRIALS * places)
  return meanOf(Array.from({ length: groups }, (_, group) => distinctFunctions(groupOf(group), places, TOLERANCE).count))
}

function countComparison(width: number, evidence: readonly SweepEvidence[]): Measurement[] {
  const [small, large] = [SMALL, LARGE].map((std) => cellAt(evidence[STDS.indexOf(std)], 2, width))
  if (!small || !large) return []
  const [few, many] = [functionsOf(small), functionsOf(large)]
  const estimated = [few, many].map(({ chao1 }) => Math.round(chao1)).join(' and ')
  return [
    compareNumberBand({
      what: `functions of ${small.tally.trials} trials, width ${width}: ${few.count} from ${SMALL} over ${many.count} from ${LARGE} (with those unseen, by Chao: ${estimated})`,
      measured: ratioOf(kindsOf(few.members), kindsOf(many.members)),
      kind: 'published',
      band: { low: -Infinity, high: MOST_SHARE },
      falseAlarm: FALSE_ALARM,
    }),
  ]
}

function widthComparison(sweep: SweepEvidence | undefined): Measurement[] {
  const [narrow, wide] = [cellAt(sweep, 2, NARROWEST), cellAt(sweep, 2, WIDEST)]
  if (narrow === null || wide === null) return []
  return [
    compareNumberBand({
      what: `functions of ${GROUP_TRIALS} trials from ${SMALL}, width ${WIDEST} over width ${NARROWEST}`,
      measured: ratioOf(functionsOfGroups(wide), functionsOfGroups(narrow)),
      kind: 'published',
      band: { low: -Infinity, high: 1 },
      falseAlarm: FALSE_ALARM,
    }),
  ]
}

function groupComparison({ std, width, mean, standardError }: FunctionsEntry, evidence: readonly SweepEvidence[]): Measurement[] {
  const cell = cellAt(evidence.find((_, index) => STDS[index] === std), 2, width)
  if (cell === null) return []
  return [
    compareNumber({
      what: `functions of ${GROUP_TRIALS} trials from ${std}, width ${width}`,
      measured: functionsOfGroups(cell),
      kind: 'simulated',
      reference: { value: mean, standardError },
      falseAlarm: FALSE_ALARM,
      material: MATERIAL,
    }),
  ]
}
