import { initializationsNeeded, inactiveProbability, twoRayBornDead } from '@collapsar/statistics'
import type { BornDeadPoint } from '@collapsar/statistics'
import { compareBand } from '../comparisons/band.ts'
import { compareNumberBand } from '../comparisons/number.ts'
import { hazardOf, slopeOf } from '../comparisons/slope.ts'
import { collapsedOf } from '../evidence.ts'
import { restartsCurves } from '../figures/restarts-curves.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { CHERIDITO_2021 } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_PROTOCOL, PAPER_TRAINING, paperProblem } from '../protocol.ts'
import type { CellEvidence, SweepEvidence, Target } from '../target.ts'
import { ALIVE_STARTS, errorComparisonCount, errorComparisons, FIXED_STARTS, MOST_ERROR } from './best-of-error.ts'

const WIDTH = 2
const DEPTHS = [4, 6, 8, 10, 12, 14, 16]
/** Two bounds a depth, the rate, and those of the errors. */
const FALSE_ALARM = FAMILY_FALSE_ALARM / (2 * DEPTHS.length + 1 + errorComparisonCount(DEPTHS.length))
const MISS = 0.05
/** Standard errors by which the simulated law is lowered before it serves as a bound. */
const BOUND_SLACK = 4
/** The rate may be this much below that of the proved law, which is reached in the limit. */
const TOLERANCE = 0.1

/** How many initializations are needed for one that does not collapse: exponentially many in depth; with fewer the best is a constant. */
export const restartsNeeded: Target = {
  number: 12,
  name: 'restarts-needed',
  title: 'the number of initializations that a deep network needs',
  paper: CHERIDITO_2021,
  item: 'the theorem that the best of K random starts does not converge unless K grows fast enough with depth',
  source: 'proved: K (1 - q) must not tend to 0; no experiments are known to us',
  published: ['no numbers; the mechanism: inactive networks, whose probability q tends to 1 with depth at fixed width'],
  protocol: ['f(x) = |x|, width 2, depths 4 to 16', ...PAPER_PROTOCOL],
  assumptions: [
    ...PAPER_ASSUMPTIONS,
    `K is the number of starts of which one does not collapse with probability ${1 - MISS}: ln ${MISS} / ln p`,
    'zero biases, where the probability of an inactive layer is larger than with biases',
    'error: the mean squared error on the points, in units of the best constant\'s and cut off there; the theorem speaks of the L1 distance cut off at 1',
    `the best of K is the unbiased mean over all choices of K of the trials, once with K = ${FIXED_STARTS} and once with K = ${ALIVE_STARTS} / (1 - p), p the share that collapsed`,
    `below the best constant: at most ${MOST_ERROR} of its error`,
  ],
  sweeps: (size) => [
    {
      file: {
        name: 'restarts needed',
        grid: { depth: DEPTHS, width: WIDTH },
        inits: size === 'quick' ? 2000 : 20_000,
        problem: paperProblem('abs'),
        training: PAPER_TRAINING,
      },
      records: true,
    },
  ],
  judge: ([sweep]) => {
    const bornDead = twoRayBornDead({ width: WIDTH, maxDepth: Math.max(...DEPTHS) })
    const bornDeadAt = (depth: number): number => lowEnd(bornDead.find((point) => point.depth === depth))
    return [
      ...rateComparison(sweep),
      ...errorComparisons(sweep?.cells ?? [], { bornDeadAt, falseAlarm: FALSE_ALARM }),
      ...(sweep?.cells ?? []).flatMap((cell) => boundComparisons(cell, bornDeadAt(cell.spec.depth))),
    ]
  },
  figure: ([sweep]) => ({ kind: 'curves', data: restartsCurves(sweep?.cells ?? [], MISS) }),
}

/** A network that is inactive, or born dead, has collapsed; so collapse is at least as likely. */
function boundComparisons(cell: CellEvidence, bornDead: number): Measurement[] {
  const { depth, width } = cell.spec
  const counts = collapsedOf(cell)
  const inactive = inactiveProbability({ depth, width, zeroBias: true })
  const compared = { counts, falseAlarm: FALSE_ALARM, mode: 'bound' } as const
  const needed = initializationsNeeded(MISS, counts.successes / counts.trials)
  return [
    compareBand({ ...compared, what: `collapse at least as likely as an inactive layer, depth ${depth}`, kind: 'proved', band: { low: inactive, high: 1 } }),
    compareBand({
      ...compared,
      what: `collapse at least as likely as being born dead, depth ${depth} (K = ${needed})`,
      kind: 'proved',
      band: { low: bornDead, high: 1 },
    }),
  ]
}

function lowEnd(point: BornDeadPoint | undefined): number {
  return Math.max(0, (point?.estimate ?? 0) - BOUND_SLACK * (point?.standardError ?? 0))
}

/** ln K grows like -ln(1 - p): by at least -ln(1 - 2^-N) a layer in the limit, as the born dead alone do. */
function rateComparison(sweep: SweepEvidence | undefined): Measurement[] {
  const cells = sweep?.cells ?? []
  const trials = cells.reduce((sum, { tally }) => sum + tally.trials, 0)
  const points = cells.map((cell) => ({ x: cell.spec.depth, ...hazardOf(collapsedOf(cell).successes, cell.tally.trials) }))
  const limit = -Math.log1p(-(2 ** -WIDTH))
  return [
    compareNumberBand({
      what: 'growth of ln K a layer',
      measured: slopeOf(points, trials),
      kind: 'proved',
      band: { low: (1 - TOLERANCE) * limit, high: Infinity },
      falseAlarm: FALSE_ALARM,
    }),
  ]
}
