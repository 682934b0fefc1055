import { collapsedOf } from '../evidence.ts'
import { LU_2020, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_PROTOCOL, PAPER_TRAINING, paperProblem } from '../protocol.ts'
import type { Target } from '../target.ts'
import { compareCollapses } from './published-shares.ts'

/** The target with two inputs and two outputs. */
export const abs2dCollapse: Target = {
  number: 6,
  name: 'abs-2d-collapse',
  title: 'collapse of (|x1 + x2|, |x1 - x2|) at depth 20 and width 4',
  paper: LU_2020,
  item: 'the percentage of dying networks of the two-dimensional example, He initialization',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: ['76.8% of 1,000 runs'],
  protocol: ['f(x) = (|x1 + x2|, |x1 - x2|) on [-sqrt 3, sqrt 3]^2, depth 20, width 4', ...PAPER_PROTOCOL],
  assumptions: PAPER_ASSUMPTIONS,
  sweeps: (size) => [
    {
      file: {
        name: 'two inputs at depth 20, width 4',
        grid: { depth: 20, width: 4 },
        inits: size === 'quick' ? 1000 : 10_000,
        problem: paperProblem('abs-2d'),
        training: PAPER_TRAINING,
      },
    },
  ],
  judge: (evidence) =>
    compareCollapses([{ what: 'P(collapse)', published: 0.768, simulated: { probability: 0.747, trials: 1500 } }], {
      evidence,
      countOf: collapsedOf,
      material: 0.1,
    }),
}
