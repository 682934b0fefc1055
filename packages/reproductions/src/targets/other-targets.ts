import { collapsedOf } from '../evidence.ts'
import { LU_2020, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_PROTOCOL, PAPER_TRAINING, paperProblem } from '../protocol.ts'
import type { PlannedSweep, Target } from '../target.ts'
import { compareCollapses } from './published-shares.ts'

const EXPECTED = [
  { target: 'x-sin-5x', what: 'x sin 5x: P(collapse)', published: 0.919, simulated: { probability: 0.93, trials: 3000 } },
  { target: 'step-sin', what: '1(x > 0) + 0.2 sin 5x: P(collapse)', published: 0.938, simulated: { probability: 0.922, trials: 3000 } },
] as const

/** What collapses does not depend much on the function: initialization decides. */
export const otherTargets: Target = {
  number: 7,
  name: 'other-targets',
  title: 'collapse of a smooth and of a discontinuous function at depth 10 and width 2',
  paper: LU_2020,
  item: 'the percentages of dying networks of the one-dimensional examples, He initialization',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: ['x sin 5x: 91.9% of 1,000 runs', '1(x > 0) + 0.2 sin 5x: 93.8% of 1,000 runs'],
  protocol: ['depth 10, width 2', ...PAPER_PROTOCOL],
  assumptions: [...PAPER_ASSUMPTIONS, 'the reviews name the examples by their kind; which percentage is whose is our reading'],
  sweeps: (size) =>
    EXPECTED.map(
      ({ target }): PlannedSweep => ({
        file: {
          name: `${target} at depth 10, width 2`,
          grid: { depth: 10, width: 2 },
          inits: size === 'quick' ? 1500 : 20_000,
          problem: paperProblem(target),
          training: PAPER_TRAINING,
        },
      }),
    ),
  judge: (evidence) => compareCollapses(EXPECTED, { evidence, countOf: collapsedOf, material: 0.06 }),
}
