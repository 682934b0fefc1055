import type { SweepFile } from '@collapsar/sweep'
import { deadOf } from '../evidence.ts'
import { LU_2020, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_TRAINING, paperProblem } from '../protocol.ts'
import type { PlannedSweep, Size, Target } from '../target.ts'
import { compareCollapses } from './published-shares.ts'
import type { ExpectedCollapse } from './published-shares.ts'

interface Setting extends ExpectedCollapse {
  readonly target: 'abs' | 'x-sin-5x' | 'step-sin' | 'abs-2d'
  readonly optimizer: NonNullable<NonNullable<SweepFile['training']>['optimizer']>
}

const SGD = { kind: 'sgd', learningRate: 0.01 } as const
const ADAM = { kind: 'adam', learningRate: 0.001 } as const

const SETTINGS: readonly Setting[] = [
  { what: '|x|, sgd', target: 'abs', optimizer: SGD, published: null, simulated: { probability: 0.247, trials: 600 } },
  { what: 'x sin 5x, sgd', target: 'x-sin-5x', optimizer: SGD, published: 0.292, simulated: { probability: 0.31, trials: 700 } },
  { what: 'step, sgd', target: 'step-sin', optimizer: SGD, published: 0.326, simulated: { probability: 0.3, trials: 700 } },
  { what: 'two inputs, sgd', target: 'abs-2d', optimizer: SGD, published: 0.096, simulated: { probability: 0.104, trials: 250 } },
  { what: '|x|, adam', target: 'abs', optimizer: ADAM, published: null, simulated: { probability: 0.395, trials: 1600 } },
  { what: 'x sin 5x, adam', target: 'x-sin-5x', optimizer: ADAM, published: null, simulated: { probability: 0.395, trials: 1000 } },
  { what: 'step, adam', target: 'step-sin', optimizer: ADAM, published: null, simulated: { probability: 0.369, trials: 1000 } },
  { what: 'two inputs, adam', target: 'abs-2d', optimizer: ADAM, published: null, simulated: { probability: 0.185, trials: 400 } },
]

/** The remedy of the paper: an initialization that is not symmetric. */
export const randomizedAsymmetric: Target = {
  number: 8,
  name: 'randomized-asymmetric',
  title: 'collapse with the randomized asymmetric initialization',
  paper: LU_2020,
  item: 'the percentages of dying networks of all examples, randomized asymmetric initialization',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: ['x sin 5x: 29.2%', '1(x > 0) + 0.2 sin 5x: 32.6%', 'two inputs: 9.6%, each of 1,000 runs'],
  protocol: [
    'depth 10 and width 2; two inputs: depth 20 and width 4',
    '3,000 uniform points in minibatches of 128; randomized asymmetric initialization of every layer, with its biases',
    'stochastic gradient descent with learning rate 0.01, and Adam with 1e-3',
  ],
  assumptions: [
    'the optimizer of these rows is not known: only gradient descent reproduces all of them, so they are held against it; Adam is held against an independent simulation alone',
    'dead: some hidden layer is zero on every point. After 5,000 steps of gradient descent 25% to 85% of all networks are nearly constant without being dead, because they have hardly learned yet; counted as collapsed, as elsewhere, they would not agree with any published or simulated row',
    'the simulated rows of gradient descent ran for 4,000 steps',
    ...PAPER_ASSUMPTIONS,
  ],
  sweeps: (size) => SETTINGS.map((setting) => settingSweep(setting, size)),
  judge: (evidence) =>
    compareCollapses(
      SETTINGS.map((setting) => ({ ...setting, what: `P(dead), ${setting.what}` })),
      { evidence, countOf: deadOf, material: 0.15 },
    ),
}

function settingSweep({ target, optimizer, what }: Setting, size: Size): PlannedSweep {
  const twoInputs = target === 'abs-2d'
  return {
    file: {
      name: `randomized asymmetric: ${what}`,
      grid: twoInputs ? { depth: 20, width: 4 } : { depth: 10, width: 2 },
      inits: size === 'full' ? 5000 : twoInputs ? 400 : 700,
      network: { init: 'randomized-asymmetric' },
      problem: paperProblem(target),
      training: { ...PAPER_TRAINING, optimizer },
    },
  }
}
