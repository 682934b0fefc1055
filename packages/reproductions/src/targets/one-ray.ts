import { oneRayBornDead } from '@collapsar/statistics'
import type { SweepFile } from '@collapsar/sweep'
import { compareShare } from '../comparisons/share.ts'
import { bornDeadOf } from '../evidence.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2020 } from '../papers.ts'
import type { Target } from '../target.ts'

/** Side of the square of points around (1, 1); two of them make at most this angle, and 3e-6 of all lines through 0 part them. */
const NARROW = 1e-5

const PROBLEMS = [
  { name: 'one ray, one input', problem: { target: 'abs', points: 4, domain: [0, 1] }, grid: { depth: [2, 5, 10, 20], width: [1, 2, 3, 5, 7] } },
  { name: 'one ray, two inputs', problem: { target: 'abs-2d', points: 4, domain: [1, 1 + NARROW] }, grid: { depth: [5, 10], width: [2, 3, 4] } },
] as const

const CELLS = PROBLEMS.reduce((sum, { grid }) => sum + grid.depth.length * grid.width.length, 0)

/** The case in which the upper bound is an equality. */
export const oneRay: Target = {
  number: 11,
  name: 'one-ray',
  title: 'P(born dead) on a single ray of inputs, in closed form',
  paper: LU_2020,
  item: 'the upper bound, which is an equality for one data point, and so for all points of one ray from the origin',
  source: 'proved: each hidden layer kills the ray with probability 2^-N, whatever came before',
  published: ['P(born dead) <= 1 - (1 - 2^-N)^(L-1); with one ray P(born dead) = 1 - (1 - 2^-N)^(L-1)'],
  protocol: ['inputs of one sign on the line, and four points of the plane that nearly lie on one ray', 'He-normal weights, zero biases; nothing is trained'],
  assumptions: [`in the plane the points fill a square of side ${NARROW} around (1, 1): an exact ray has no target that varies on a grid`],
  sweeps: (size) =>
    PROBLEMS.map(({ name, problem, grid }) => ({
      file: {
        name,
        grid: { depth: [...grid.depth], width: [...grid.width] },
        inits: size === 'quick' ? 10_000 : 200_000,
        problem: { ...problem, domain: [...problem.domain] } satisfies SweepFile['problem'],
        training: { steps: 0 },
      },
    })),
  judge: (evidence) =>
    evidence.flatMap((sweep, index) =>
      sweep.cells.map((cell) =>
        compareShare({
          what: `born dead, ${PROBLEMS[index]?.name}, depth ${cell.spec.depth}, width ${cell.spec.width}`,
          counts: bornDeadOf(cell),
          kind: 'proved',
          reference: { probability: oneRayBornDead(cell.spec), standardError: 0 },
          falseAlarm: FAMILY_FALSE_ALARM / CELLS,
          material: 0.03,
        }),
      ),
    ),
}
