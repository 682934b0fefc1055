import type { SweepFile } from '@collapsar/sweep'

type Problem = NonNullable<SweepFile['problem']>
type Training = NonNullable<SweepFile['training']>

/** The data of the papers on dying networks: 3,000 points, uniform on the domain of mean 0 and variance 1. */
export function paperProblem(target: NonNullable<Problem['target']>): Problem {
  return { target, points: 3000, sampling: 'random' }
}

/** Their training, as far as it is known: minibatches of 128, Adam 1e-3. The number of steps is ours. */
export const PAPER_TRAINING: Training = { batch: 128, steps: 5000, optimizer: { kind: 'adam', learningRate: 1e-3 } }

export const PAPER_PROTOCOL: readonly string[] = [
  '3,000 points, independent and uniform on [-sqrt 3, sqrt 3], in minibatches of 128',
  'He-normal weights, zero biases; Adam with learning rate 1e-3; mean squared error; float32',
  'collapse: the network is constant on the points at the end of training',
]

export const PAPER_ASSUMPTIONS: readonly string[] = [
  'the number of steps was not published; ours is 5,000: no death was seen later at this learning rate',
  'minibatches are drawn with replacement; the scheme of the papers was not published',
  'all trials of a cell see the same 3,000 points',
]

/**
 * A map of the born dead: nothing is trained. Without biases a ReLU network is positively homogeneous, so inputs on the line
 * matter by their signs alone, and four points stand for any set with both.
 */
export const UNTRAINED_LINE = { problem: { target: 'abs', points: 4 }, training: { steps: 0 } } as const satisfies Partial<SweepFile>

export const BORN_DEAD_PROTOCOL: readonly string[] = [
  'one input of both signs, He-normal weights, zero biases; nothing is trained',
  'born dead: some hidden layer is zero on every point',
]
