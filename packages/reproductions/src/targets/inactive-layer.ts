import { inactiveProbability } from '@collapsar/statistics'
import { initialParameters, layerLayouts, networkShape } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import { compareNever } from '../comparisons/never.ts'
import { compareShare } from '../comparisons/share.ts'
import { bornDeadOf } from '../evidence.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { CHERIDITO_2021 } from '../papers.ts'
import type { CellEvidence, Target } from '../target.ts'

const GRID = { depth: [3, 5, 10, 20, 40], width: [1, 2, 3] }
const CELLS = GRID.depth.length * GRID.width.length
/** Networks that are drawn at once. */
const CHUNK = 1000

/** The event on which the theorem of non-convergence rests. */
export const inactiveLayer: Target = {
  number: 13,
  name: 'inactive-layer',
  title: 'P(some hidden layer has only negative parameters)',
  paper: CHERIDITO_2021,
  item: 'the probability of an inactive network in the proof of non-convergence',
  source: 'proved: 1 - (1 - 2^-(N (N + 1)))^(L - 2) for symmetric weights and biases',
  published: ['no numbers; by the formula 0.8999, 0.1184 and 0.0020 at depth 10 and widths 1, 2 and 3'],
  protocol: ['one input; normal weights, normal biases; nothing is trained', 'the initial parameters of every trial are drawn again and looked at'],
  assumptions: ['He-normal weights and biases of standard deviation 0.5: for the event only their signs matter'],
  sweeps: (size) => [
    {
      file: {
        name: 'inactive layers',
        grid: GRID,
        inits: size === 'quick' ? 4000 : 50_000,
        network: { bias: { kind: 'normal', std: 0.5 } },
        problem: { target: 'abs', points: 100 },
        training: { steps: 0 },
      },
    },
  ],
  judge: ([sweep]) => (sweep?.cells ?? []).flatMap(compareCell),
}

function compareCell(cell: CellEvidence): Measurement[] {
  const { depth, width } = cell.spec
  const { trials, successes: bornDead } = bornDeadOf(cell)
  const inactive = countInactive(cell.spec, trials)
  return [
    compareShare({
      what: `inactive, depth ${depth}, width ${width}`,
      counts: { successes: inactive, trials },
      kind: 'proved',
      reference: { probability: inactiveProbability({ depth, width, zeroBias: false }), standardError: 0 },
      falseAlarm: FAMILY_FALSE_ALARM / CELLS,
      material: 0.05,
    }),
    compareNever({
      what: `inactive beyond the born dead, depth ${depth}, width ${width}`,
      violations: Math.max(0, inactive - bornDead),
      trials,
      kind: 'proved',
      text: 'an inactive network is constant, so that no fewer of the same networks are born dead',
    }),
  ]
}

/** In how many of the trials [0, count) of a cell a hidden layer after the first has only negative parameters. */
function countInactive(spec: TrialSpec, count: number): number {
  const layers = layerLayouts(networkShape(spec).sizes).slice(1, -1)
  let found = 0
  for (let first = 0; first < count; first += CHUNK) {
    const trials = Array.from({ length: Math.min(CHUNK, count - first) }, (_, index) => first + index)
    const parameters = initialParameters(spec, trials)
    const size = parameters.length / trials.length
    for (const row of trials.keys()) {
      const network = parameters.subarray(row * size, (row + 1) * size)
      const isInactive = layers.some(({ weights, biases, outputs }) => network.subarray(weights, biases + outputs).every((value) => value < 0))
      if (isInactive) found += 1
    }
  }
  return found
}
