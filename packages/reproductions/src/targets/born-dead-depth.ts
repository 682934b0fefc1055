import { bornDeadBounds } from '@collapsar/statistics'
import { compareBand } from '../comparisons/band.ts'
import { compareShare } from '../comparisons/share.ts'
import { bornDeadOf, cellAt, documentOf } from '../evidence.ts'
import { bornDeadCurves } from '../figures/born-dead-curves.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2020, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { BORN_DEAD_PROTOCOL, UNTRAINED_LINE } from '../protocol.ts'
import { BORN_DEAD_TABLE } from '../references/born-dead.ts'
import type { BornDeadEntry } from '../references/born-dead.ts'
import type { CellEvidence, SweepEvidence, Target } from '../target.ts'

/** Alarm level of a proved bound, a cell: a violation is a bug or a broken theorem, never chance. */
const BOUND_ALARM = 1e-6
/** Of the family's false alarms, what is left when the 290 cells of the full size have had theirs for the bounds. */
const TABLE_ALARM = (FAMILY_FALSE_ALARM - 290 * BOUND_ALARM) / BORN_DEAD_TABLE.length
const MATERIAL = 0.05

/** Born dead against depth, one curve for each width, between the proved bounds. */
export const bornDeadDepth: Target = {
  number: 1,
  name: 'born-dead-depth',
  title: 'P(born dead) against depth',
  paper: LU_2020,
  item: 'the figure of the probability of being born dead against depth, with its bounds; Lu, Su, Karniadakis (2018) have it too',
  source: `bounds: proved there; ${SIMULATION_SOURCE}; ${LU_SOURCE}`,
  published: ['upper bound 1 - (1 - 2^-N)^(L-1)', 'lower bound of one input of both signs, zero biases', 'the curves themselves: read from no table'],
  protocol: BORN_DEAD_PROTOCOL,
  assumptions: ['depth L counts affine layers, so that a depth-10 network has 9 hidden layers: this count fits the published percentages'],
  sweeps: (size) => [
    {
      file: {
        name: 'born dead against depth',
        grid:
          size === 'quick'
            ? { depth: [3, 5, 8, 10, 15, 20, 30], width: [1, 2, 3, 4, 5, 6, 8, 10] }
            : { depth: { from: 2, to: 30 }, width: { from: 1, to: 10 } },
        inits: size === 'quick' ? 4000 : 100_000,
        ...UNTRAINED_LINE,
      },
    },
  ],
  judge: ([sweep]) => [...tableComparisons(sweep), ...(sweep?.cells ?? []).map(boundComparison)],
  figure: ([sweep]) => ({ kind: 'curves', data: bornDeadCurves(documentOf(sweep)) }),
}

function tableComparisons(sweep: SweepEvidence | undefined): Measurement[] {
  const found = BORN_DEAD_TABLE.map((entry) => ({ entry, cell: cellAt(sweep, entry.depth, entry.width) }))
  return found.flatMap(({ entry, cell }) => (cell === null ? [] : [tableComparison(entry, cell)]))
}

function tableComparison({ depth, width, reference }: BornDeadEntry, cell: CellEvidence): Measurement {
  return compareShare({
    what: `born dead, depth ${depth}, width ${width}`,
    counts: bornDeadOf(cell),
    kind: 'standardError' in reference && reference.standardError === 0 ? 'proved' : 'simulated',
    reference,
    falseAlarm: TABLE_ALARM,
    material: MATERIAL,
  })
}

function boundComparison(cell: CellEvidence): Measurement {
  const { depth, width } = cell.spec
  const { lower, upper } = bornDeadBounds({ inputDim: 1, depth, width, bothSigns: true, zeroBias: true })
  return compareBand({
    what: `between the bounds, depth ${depth}, width ${width}`,
    counts: bornDeadOf(cell),
    kind: 'proved',
    band: { low: lower ?? 0, high: upper ?? 1 },
    falseAlarm: BOUND_ALARM,
    mode: 'bound',
  })
}
