import type { SweepFile } from '@collapsar/sweep'
import { compareNumber, compareNumberBand } from '../comparisons/number.ts'
import { slopeOf } from '../comparisons/slope.ts'
import { cellAt, documentOf, meanPieces } from '../evidence.ts'
import { piecesLines } from '../figures/pieces-lines.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { HANIN_2019, SIMULATION_SOURCE } from '../papers.ts'
import { INITIAL_PIECES } from '../references/initial-pieces.ts'
import type { PiecesEntry } from '../references/initial-pieces.ts'
import type { Size, SweepEvidence, Target } from '../target.ts'

const LAWS = {
  'he-small-bias': { widths: [8, 16, 32], network: { bias: { kind: 'normal', std: 0.1 } } },
  'he-unit-bias': { widths: [8, 32], network: { bias: { kind: 'normal', std: 1 } } },
  'torch-default': { widths: [8, 32], network: { init: 'torch-default' } },
} as const satisfies Readonly<Record<PiecesEntry['law'], { widths: readonly number[]; network: SweepFile['network'] }>>

const NAMES = ['he-small-bias', 'he-unit-bias', 'torch-default'] as const
/** Widths for which a line is fitted; in narrower networks dead neurons downstream hide kinks. */
const LINES = [16, 32]
const FALSE_ALARM = FAMILY_FALSE_ALARM / (INITIAL_PIECES.length + LINES.length)
const DEPTHS = [2, 3, 5, 9]
/** A tenth more or less, of the pieces or of the slope, would be another law. */
const MATERIAL_SHARE = 0.12
const SLOPE = { low: 0.9, high: 1 }

/** The number of pieces of a random network is linear in its neurons, whatever its depth. */
export const piecesAtStart: Target = {
  number: 19,
  name: 'pieces-at-start',
  title: 'pieces of random networks',
  paper: HANIN_2019,
  item: 'the theorem and the figure that the mean number of regions along a line grows linearly in the number of neurons',
  source: `the abstract; ${SIMULATION_SOURCE}`,
  published: ['linear in the number of neurons, independent of depth; no numbers for these laws: the references are independent simulations'],
  protocol: ['one input, pieces on [-sqrt 3, sqrt 3] counted exactly; nothing is trained', 'He-normal weights with normal biases of standard deviation 0.1 and 1; uniform weights and biases as in PyTorch'],
  assumptions: ['the biases of the paper were not at hand; with 0.1 there is nearly one piece for each neuron'],
  sweeps: (size) => NAMES.map((law) => ({ file: fileOf(law, size) })),
  judge: (evidence) => [
    ...INITIAL_PIECES.flatMap((entry) => tableComparison(entry, evidence[NAMES.indexOf(entry.law)])),
    ...LINES.map((width) => slopeComparison(width, evidence[0])),
  ],
  figure: ([smallBiases]) => {
    const { cells } = documentOf(smallBiases)
    const captions = { title: 'pieces of random networks', subtitle: 'on [-√3, √3]; biases of standard deviation 0.1; bands: the middle half of the networks' }
    return { kind: 'curves', data: piecesLines(captions, cells) }
  },
}

function fileOf(law: PiecesEntry['law'], size: Size): SweepFile {
  const { widths, network } = LAWS[law]
  return {
    name: `pieces at the start, ${law}`,
    grid: { depth: DEPTHS, width: [...widths] },
    inits: size === 'quick' ? 500 : 5000,
    network,
    problem: { target: 'abs', points: 16 },
    training: { steps: 0 },
  }
}

function tableComparison({ law, width, hiddenLayers, mean, standardError }: PiecesEntry, sweep: SweepEvidence | undefined): Measurement[] {
  const cell = cellAt(sweep, hiddenLayers + 1, width)
  if (cell === null) return []
  return [
    compareNumber({
      what: `mean pieces, ${law}, depth ${hiddenLayers + 1}, width ${width}`,
      measured: meanPieces(cell),
      kind: 'simulated',
      reference: { value: mean, standardError },
      falseAlarm: FALSE_ALARM,
      material: MATERIAL_SHARE * mean,
    }),
  ]
}

function slopeComparison(width: number, sweep: SweepEvidence | undefined): Measurement {
  const cells = (sweep?.cells ?? []).filter(({ spec }) => spec.width === width)
  const points = cells.map((cell) => {
    const { value, standardError } = meanPieces(cell)
    return { x: width * (cell.spec.depth - 1), y: value, variance: standardError ** 2 }
  })
  return compareNumberBand({
    what: `pieces a neuron, biases of 0.1, width ${width}`,
    measured: slopeOf(points, cells.reduce((sum, { tally }) => sum + tally.trials, 0)),
    kind: 'simulated',
    band: SLOPE,
    falseAlarm: FALSE_ALARM,
  })
}
