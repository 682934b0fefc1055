import { compareBand } from '../comparisons/band.ts'
import { compareShare } from '../comparisons/share.ts'
import { collapsedOf, onlyCell } from '../evidence.ts'
import { headlineCurves } from '../figures/headline-curves.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2018, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_PROTOCOL, PAPER_TRAINING, paperProblem } from '../protocol.ts'
import type { PlannedSweep, Size, Target } from '../target.ts'

const COMPARISONS = 3

/** The headline: a network of depth 10 and width 2 nearly always collapses on |x|, which two units represent exactly. */
export const headlineCollapse: Target = {
  number: 2,
  name: 'headline-collapse',
  title: 'collapse of |x| at depth 10 and width 2',
  paper: LU_2018,
  item: 'the headline number of the introduction, also in Lu, Shin, Su, Karniadakis (2020)',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: ['more than 90% of 1,000 runs collapse', 'about 93%'],
  protocol: ['f(x) = |x|, depth 10 (9 hidden layers), width 2', ...PAPER_PROTOCOL],
  assumptions: PAPER_ASSUMPTIONS,
  sweeps: (size) => [headlineSweep(size)],
  judge: ([sweep]) => {
    const compared = { counts: collapsedOf(onlyCell(sweep)), falseAlarm: FAMILY_FALSE_ALARM / COMPARISONS }
    return [
      compareBand({ ...compared, what: 'P(collapse): more than 90%', kind: 'published', band: { low: 0.9, high: 1 } }),
      compareShare({
        ...compared,
        what: 'P(collapse): about 93%',
        kind: 'published',
        reference: { probability: 0.93, trials: 1000 },
        material: 0.06,
      }),
      compareShare({
        ...compared,
        what: 'P(collapse), independent simulation of 50,000 steps',
        kind: 'simulated',
        reference: { probability: 0.926, trials: 5000 },
        material: 0.06,
      }),
    ]
  },
  figure: ([sweep]) => ({ kind: 'curves', data: headlineCurves(onlyCell(sweep)) }),
}

/** The headline experiment, whose collapsed networks `born-dead-or-died` takes apart. */
export function headlineSweep(size: Size): PlannedSweep {
  return {
    file: {
      name: '|x| at depth 10, width 2',
      grid: { depth: 10, width: 2 },
      inits: size === 'quick' ? 3000 : 20_000,
      problem: paperProblem('abs'),
      training: PAPER_TRAINING,
    },
  }
}
