import { expectedFirstLayerPieces } from '@collapsar/statistics'
import type { EntryLaw } from '@collapsar/statistics'
import type { SweepFile } from '@collapsar/sweep'
import { compareNever } from '../comparisons/never.ts'
import { compareNumber } from '../comparisons/number.ts'
import { compareShare } from '../comparisons/share.ts'
import { meanPieces } from '../evidence.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { TELGARSKY_2015 } from '../papers.ts'
import type { CellEvidence, PlannedSweep, Size, Target } from '../target.ts'
import { countDeadUnits } from './dead-units.ts'

/** At 16 layers a block of 100 networks takes a quarter of a minute. */
const LAYERS = { quick: [1, 4, 8, 12], full: [1, 4, 8, 12, 16] } as const

/** Laws of the first layer, their weights being those of one input. */
const FIRST_LAYERS = [
  { name: 'he-normal, biases of 0.1', network: { bias: { kind: 'normal', std: 0.1 } }, weights: normal(Math.SQRT2), biases: normal(0.1) },
  { name: 'he-normal, biases of 1', network: { bias: { kind: 'normal', std: 1 } }, weights: normal(Math.SQRT2), biases: normal(1) },
  { name: 'torch-default', network: { init: 'torch-default' }, weights: uniform(1), biases: uniform(1) },
] as const satisfies readonly { name: string; network: SweepFile['network']; weights: EntryLaw; biases: EntryLaw }[]
const FIRST_WIDTHS = [4, 16]

/** P(a unit of hidden layer 2 is zero for every input), by the number of units in hidden layer 1: 2^-(1+1) and (2 + 1) / 4^2. */
const DEAD_UNITS: Readonly<Record<number, number>> = { 1: 1 / 4, 2: 3 / 16 }

const FALSE_ALARM = FAMILY_FALSE_ALARM / (FIRST_LAYERS.length * FIRST_WIDTHS.length + Object.keys(DEAD_UNITS).length)
const MATERIAL_SHARE = 0.1

/** What pieces are counted as where there is a formula: the counters of every other target are these. */
export const counterSelfTests: Target = {
  number: 20,
  name: 'counter-self-tests',
  title: 'counts of pieces and of dead units where there are formulas',
  paper: TELGARSKY_2015,
  item: 'the sawtooth of 2^m pieces on m hidden layers of two units; and two formulas for random networks',
  source: 'proved: the sawtooth; the law of -b / w for one hidden layer; for the second layer (2^d + 1) / 4^(d + 1), d inputs and d + 1 units below, arXiv:2412.06829',
  published: [
    '2^m pieces',
    'one hidden layer on [-a, a]: 1 + N (2 / pi) atan(a std_w / std_b) pieces in the mean for normal laws, 1 + N (1 - 1 / (2 a)) for uniform ones on +-1',
    'a unit of the second hidden layer is zero everywhere with probability 1/4 behind one unit, 3/16 behind two: one input, symmetric weights and biases',
  ],
  protocol: [
    'sawtooths of both variants, 1 to 16 hidden layers (quick: to 12), float32',
    'one hidden layer of 4 and 16 units on [-sqrt 3, sqrt 3]',
    'two hidden layers, He-normal weights, normal biases; nothing is trained',
  ],
  assumptions: [
    'no sweep records single units: the initial parameters of every trial are drawn again, and the first unit of layer 2 is looked at alone by the counter of pieces',
    'everywhere: on [-1e6, 1e6]; about one network in a million has a kink beyond',
  ],
  sweeps: (size) => [sawtooths(size), ...FIRST_LAYERS.map((layer) => firstLayers(layer, size)), secondLayers(size)],
  judge: ([teeth, ...others]) => [
    ...(teeth?.cells ?? []).map(sawtoothComparison),
    ...FIRST_LAYERS.flatMap((layer, index) => (others[index]?.cells ?? []).map((cell) => firstLayerComparison(layer, cell))),
    ...(others[FIRST_LAYERS.length]?.cells ?? []).map(deadUnitComparison),
  ],
}

type FirstLayer = (typeof FIRST_LAYERS)[number]

function normal(std: number): EntryLaw {
  return { kind: 'normal', std }
}

function uniform(limit: number): EntryLaw {
  return { kind: 'uniform', limit }
}

/** All trials of a cell are the same network. */
function sawtooths(size: Size): PlannedSweep {
  return {
    file: {
      name: 'sawtooths',
      grid: { depth: LAYERS[size].map((layers) => layers + 1), width: 2 },
      inits: size === 'quick' ? 1 : 100,
      network: { init: { kind: 'sawtooth' } },
      problem: { target: 'sawtooth', points: 16 },
      training: { steps: 0 },
      axes: { 'network.init.variant': ['plain', 'lipschitz'] },
    },
  }
}

function firstLayers({ name, network }: FirstLayer, size: Size): PlannedSweep {
  return {
    file: {
      name: `pieces of one hidden layer, ${name}`,
      grid: { depth: 2, width: FIRST_WIDTHS },
      inits: size === 'quick' ? 2000 : 50_000,
      network,
      problem: { target: 'abs', points: 16 },
      training: { steps: 0 },
    },
  }
}

function secondLayers(size: Size): PlannedSweep {
  return {
    file: {
      name: 'dead units of the second layer',
      grid: { depth: 3, width: Object.keys(DEAD_UNITS).map(Number) },
      inits: size === 'quick' ? 20_000 : 500_000,
      network: { bias: { kind: 'normal', std: 0.5 } },
      problem: { target: 'abs', points: 16 },
      training: { steps: 0 },
    },
  }
}

function sawtoothComparison({ spec, tally }: CellEvidence): Measurement {
  const layers = spec.depth - 1
  const { initialization } = spec.network
  const exact = tally.pieces.bins.indexOf(2 ** layers)
  return compareNever({
    what: `sawtooth, ${'variant' in initialization ? initialization.variant : initialization.kind}, ${layers} hidden layers: another number of pieces`,
    violations: tally.trials - (exact === -1 ? 0 : (tally.pieces.counts[exact] ?? 0)),
    trials: tally.trials,
    kind: 'proved',
    text: `${2 ** layers} pieces`,
  })
}

function firstLayerComparison({ name, weights, biases }: FirstLayer, cell: CellEvidence): Measurement {
  const { width, problem } = cell.spec
  const expected = expectedFirstLayerPieces({ inputDim: 1, width, relu: true, weights, biases, domain: problem.domain }) ?? NaN
  return compareNumber({
    what: `mean pieces of one hidden layer, ${name}, width ${width}`,
    measured: meanPieces(cell),
    kind: 'proved',
    reference: { value: expected, standardError: 0 },
    falseAlarm: FALSE_ALARM,
    material: MATERIAL_SHARE * expected,
  })
}

function deadUnitComparison({ spec, tally }: CellEvidence): Measurement {
  return compareShare({
    what: `a unit of hidden layer 2 that is zero everywhere, ${spec.width} below`,
    counts: { successes: countDeadUnits(spec, tally.trials), trials: tally.trials },
    kind: 'proved',
    reference: { probability: DEAD_UNITS[spec.width] ?? NaN, standardError: 0 },
    falseAlarm: FALSE_ALARM,
    material: MATERIAL_SHARE * (DEAD_UNITS[spec.width] ?? NaN),
  })
}
