import { noisyPiecesBound } from '@collapsar/statistics'
import { compareNumber, compareNumberBand } from '../comparisons/number.ts'
import type { UncertainNumber } from '../comparisons/number.ts'
import { slopeOf } from '../comparisons/slope.ts'
import { meanOf } from '../evidence.ts'
import { columnOf } from '../measured-columns.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { KARNER_2024, SIMULATION_SOURCE } from '../papers.ts'
import { NOISY_SAWTOOTH, NOISY_SAWTOOTH_TRIALS } from '../references/noisy-sawtooth.ts'
import type { NoisySawtoothEntry } from '../references/noisy-sawtooth.ts'
import type { CellEvidence, SweepEvidence, Target } from '../target.ts'

const NOISES = [...new Set(NOISY_SAWTOOTH.map(({ noise }) => noise))]
const DEPTHS = [...new Set(NOISY_SAWTOOTH.map(({ hiddenLayers }) => hiddenLayers + 1))]
/** A plateau is where the sawtooth without noise would have so many times 1 / noise pieces. */
const ON_PLATEAU = 4
const PLATEAUS = NOISES.filter((noise) => plateauDepths(noise).length > 0)
/** Table, bound, plateaus, exponent. */
const FALSE_ALARM = FAMILY_FALSE_ALARM / (2 * NOISY_SAWTOOTH.length + PLATEAUS.length + 1)
const PLATEAU = { low: 0.7, high: 1.3 }
const EXPONENT = { low: -1.1, high: -0.9 }
/** Part of a mean that would be another law; the table's 40 networks do not tell less. */
const MATERIAL_SHARE = 0.65
/** Standard deviation of what rounding to integers does to an entry of the table. */
const ROUNDING = 1 / Math.sqrt(12)

/** Exponentially many pieces do not survive noise on the biases: what remains is inverse in the noise. */
export const noisySawtooth: Target = {
  number: 16,
  name: 'noisy-sawtooth',
  title: 'activation regions of a sawtooth with noise on its biases',
  paper: KARNER_2024,
  item: 'the theorem that the mean number of pieces after a perturbed step is at most linear in the depth and in 1 / noise',
  source: `a summary of the theorem; ${SIMULATION_SOURCE}`,
  published: [
    'no numbers; the bound 1 + C |I| N H / (2 delta) for absolute noise of half-width delta: here 1 + m / delta',
    'the references are independent simulations: exponential until 2^m is about 1 / delta, then a plateau near 2 / delta',
  ],
  protocol: [
    'the sawtooth of slopes +-1, width 2 and m = 2 to 14 hidden layers, on [0, 1]',
    'uniform noise on +-delta, delta = 1e-1 to 1e-4, added to every bias; activation regions counted exactly',
  ],
  assumptions: [
    'the network and the levels of noise are ours; the noise is added once, to the initial biases, and nothing is trained',
    'regions, as in the references: pieces are fewer, because layers above a kink hide it',
    'the standard error of each reference, a mean of 40 networks, is taken from our own trials',
    'the bound is taken with C = 1: exact where 2^-m >= 2 delta; beyond that the noise makes slopes of 2 possible',
  ],
  sweeps: (size) => [
    {
      file: {
        name: 'sawtooth with noise',
        grid: { depth: DEPTHS, width: 2 },
        inits: size === 'quick' ? 200 : 5000,
        network: { init: { kind: 'sawtooth', variant: 'lipschitz' }, bias: { kind: 'uniform', std: 1 } },
        problem: { target: 'sawtooth', points: 16 },
        training: { steps: 0 },
        axes: { 'network.bias.std': NOISES.map(deviationOf) },
        measure: ['regions'],
      },
    },
  ],
  judge: ([sweep]) => [
    ...PLATEAUS.map((noise) => plateauComparison(noise, sweep)),
    exponentComparison(sweep),
    ...NOISY_SAWTOOTH.flatMap((entry) => tableComparisons(entry, sweep)),
  ],
}

/** Standard deviation of the uniform law on +-noise. */
function deviationOf(noise: number): number {
  return noise / Math.sqrt(3)
}

function plateauDepths(noise: number): number[] {
  return DEPTHS.filter((depth) => 2 ** (depth - 1) >= ON_PLATEAU / noise)
}

function cellOf(sweep: SweepEvidence | undefined, noise: number, depth: number): CellEvidence | null {
  return sweep?.cells.find(({ spec }) => spec.depth === depth && 'std' in spec.network.bias && spec.network.bias.std === deviationOf(noise)) ?? null
}

function meanRegions(cell: CellEvidence): UncertainNumber {
  return meanOf([...columnOf(cell, 'regions', 'regions').values])
}

function tableComparisons({ noise, hiddenLayers, mean }: NoisySawtoothEntry, sweep: SweepEvidence | undefined): Measurement[] {
  const cell = cellOf(sweep, noise, hiddenLayers + 1)
  if (cell === null) return []
  const measured = meanRegions(cell)
  const sampling = measured.standardError * Math.sqrt(measured.trials / NOISY_SAWTOOTH_TRIALS)
  const at = `noise ${noise}, ${hiddenLayers} hidden layers`
  return [
    compareNumber({
      what: `mean regions, ${at}`,
      measured,
      kind: 'simulated',
      reference: { value: mean, standardError: Math.hypot(sampling, ROUNDING) },
      falseAlarm: FALSE_ALARM,
      material: Math.max(MATERIAL_SHARE * mean, 2),
    }),
    compareNumberBand({
      what: `mean regions below the bound, ${at}`,
      measured,
      kind: 'published',
      band: { low: -Infinity, high: boundOf(cell, noise) },
      falseAlarm: FALSE_ALARM,
    }),
  ]
}

/** 1 + m / noise: 2 m units on an interval of length 1. */
function boundOf({ spec }: CellEvidence, noise: number): number {
  const network = { inputDim: 1, relu: true, hiddenLayers: spec.depth - 1, width: spec.width, domain: spec.problem.domain }
  return noisyPiecesBound({ ...network, slopeBound: 1, restingUnitsAreDead: true, noise: { kind: 'absolute', level: noise } }) ?? NaN
}

/** Mean over the depths of a plateau, each as heavy as every other, in units of 2 / noise. */
function plateauOf(noise: number, sweep: SweepEvidence | undefined): UncertainNumber {
  const means = plateauDepths(noise).flatMap((depth) => {
    const cell = cellOf(sweep, noise, depth)
    return cell === null ? [] : [meanRegions(cell)]
  })
  const unit = (2 / noise) * means.length
  return {
    value: means.reduce((sum, { value }) => sum + value, 0) / unit,
    standardError: Math.hypot(...means.map(({ standardError }) => standardError)) / unit,
    trials: means.reduce((sum, { trials }) => sum + trials, 0),
  }
}

function plateauComparison(noise: number, sweep: SweepEvidence | undefined): Measurement {
  return compareNumberBand({
    what: `plateau at noise ${noise}, depths ${plateauDepths(noise).join(', ')}, in units of 2 / noise`,
    measured: plateauOf(noise, sweep),
    kind: 'simulated',
    band: PLATEAU,
    falseAlarm: FALSE_ALARM,
  })
}

function exponentComparison(sweep: SweepEvidence | undefined): Measurement {
  const plateaus = PLATEAUS.map((noise) => ({ noise, ...plateauOf(noise, sweep) }))
  const points = plateaus.map(({ noise, value, standardError }) => ({
    x: Math.log(noise),
    y: Math.log(value / noise),
    variance: (standardError / value) ** 2,
  }))
  return compareNumberBand({
    what: 'exponent of the plateau in the noise',
    measured: slopeOf(points, plateaus.reduce((sum, { trials }) => sum + trials, 0)),
    kind: 'published',
    band: EXPONENT,
    falseAlarm: FALSE_ALARM,
  })
}
