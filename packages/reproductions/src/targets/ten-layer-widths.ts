import type { Counts } from '@collapsar/statistics'
import { compareBand } from '../comparisons/band.ts'
import { compareShare } from '../comparisons/share.ts'
import { bornDeadOf, cellAt } from '../evidence.ts'
import type { Measurement } from '../measurement.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2020, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { BORN_DEAD_PROTOCOL, UNTRAINED_LINE } from '../protocol.ts'
import { bornDeadReference } from '../references/born-dead.ts'
import type { Target } from '../target.ts'

const DEPTH = 10

/** What the paper says of each width, as a range: `about 60%` is read as 55% to 65%. */
const STATED = [
  { width: 10, text: 'below 1%', band: { low: 0, high: 0.01 } },
  { width: 5, text: 'above 10%', band: { low: 0.1, high: 1 } },
  { width: 3, text: 'about 60%', band: { low: 0.55, high: 0.65 } },
] as const

/** Ten layers: which width is safe. */
export const tenLayerWidths: Target = {
  number: 3,
  name: 'ten-layer-widths',
  title: 'P(born dead) of ten layers, by width',
  paper: LU_2020,
  item: 'the sentence of the introduction on networks of ten layers',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: STATED.map(({ width, text }) => `width ${width}: ${text}`),
  protocol: ['depth 10', ...BORN_DEAD_PROTOCOL],
  assumptions: ['the percentages are those of being born dead: they fit it at depth 10, counted in affine layers', 'about 60% is read as 55% to 65%'],
  sweeps: (size) => [
    {
      file: {
        name: 'ten layers',
        grid: { depth: DEPTH, width: STATED.map(({ width }) => width) },
        inits: size === 'quick' ? 40_000 : 1_000_000,
        ...UNTRAINED_LINE,
      },
    },
  ],
  judge: ([sweep]) =>
    STATED.flatMap((stated) => {
      const cell = cellAt(sweep, DEPTH, stated.width)
      return cell === null ? [] : compareWidth(stated, bornDeadOf(cell))
    }),
}

function compareWidth({ width, text, band }: (typeof STATED)[number], counts: Counts): Measurement[] {
  const compared = { counts, falseAlarm: FAMILY_FALSE_ALARM / (2 * STATED.length) }
  return [
    compareBand({ ...compared, what: `width ${width}: ${text}`, kind: 'published', band }),
    compareShare({
      ...compared,
      what: `width ${width}, independent simulation`,
      kind: 'simulated',
      reference: bornDeadReference(DEPTH, width),
      material: 0.02,
    }),
  ]
}
