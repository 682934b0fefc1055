import { compareNumberBand } from '../comparisons/number.ts'
import { hazardOf, slopeOf } from '../comparisons/slope.ts'
import { hazardLines } from '../figures/born-dead-curves.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2020 } from '../papers.ts'
import { BORN_DEAD_PROTOCOL, UNTRAINED_LINE } from '../protocol.ts'
import type { Size, SweepEvidence, Target } from '../target.ts'

/**
 * The law holds in the limit, the sooner the narrower the networks are; at width 2 hardly any of over 20 layers is alive. Two depths
 * at each end of a range give its slope from the fewest trials.
 */
const DEPTHS = [
  { width: 2, depth: [10, 12, 14, 16, 18, 20] },
  { width: 3, depth: [10, 15, 20, 25, 30] },
  { width: 4, depth: [15, 16, 29, 30] },
  { width: 5, depth: [15, 16, 29, 30] },
] as const

/** At these depths the slope of the law itself is within 1% of its limit, by the reference simulations. */
const TOLERANCE = 0.05

/** Being born dead becomes certain with depth at a rate that the width alone decides. */
export const depthLaw: Target = {
  number: 10,
  name: 'depth-law',
  title: 'the rate at which depth makes networks born dead',
  paper: LU_2020,
  item: 'the theorem that P(born dead) tends to 1 with depth',
  source: 'proved: both rays of the inputs merge, and each further layer kills what is left with probability 2^-N',
  published: ['P(born dead) -> 1 as depth -> infinity; its rate follows from the bounds: -ln(1 - P) grows by -ln(1 - 2^-N) a layer'],
  protocol: ['slope of -ln(1 - P(born dead)) against depth, weighted by the sampling variance', ...BORN_DEAD_PROTOCOL],
  assumptions: ['depths 10 to 20 at width 2, 10 to 30 at width 3, 15 to 30 at widths 4 and 5', `within ${100 * TOLERANCE}% counts as the limit`],
  sweeps: (size) => DEPTHS.map(({ width, depth }) => ({ file: { name: `depth law, width ${width}`, grid: { depth: [...depth], width }, inits: initsOf(width, size), ...UNTRAINED_LINE } })),
  judge: (evidence) => evidence.flatMap((sweep, index) => compareSlope(sweep, DEPTHS[index]?.width ?? NaN)),
  figure: (evidence) => ({ kind: 'curves', data: hazardLines(evidence.map(({ document }) => document)) }),
}

/** At width 2 few networks are alive at depth 20, at width 5 the slope is small. */
function initsOf(width: number, size: Size): number {
  return (size === 'quick' ? 30_000 : 500_000) * (width === 2 || width === 5 ? 2 : 1)
}

function compareSlope({ cells }: SweepEvidence, width: number) {
  const limit = -Math.log1p(-(2 ** -width))
  const trials = cells.reduce((sum, { tally }) => sum + tally.trials, 0)
  const points = cells.map(({ spec, tally }) => ({ x: spec.depth, ...hazardOf(tally.outcomes.born_dead, tally.trials) }))
  return [
    compareNumberBand({
      what: `rate a layer at width ${width}; the limit is ${limit.toFixed(4)}`,
      measured: slopeOf(points, trials),
      kind: 'proved',
      band: { low: (1 - TOLERANCE) * limit, high: (1 + TOLERANCE) * limit },
      falseAlarm: FAMILY_FALSE_ALARM / DEPTHS.length,
    }),
  ]
}
