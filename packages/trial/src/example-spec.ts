import type { NetworkSpec, ProblemSpec, TrainingSpec, TrialSpec } from './trial.ts'

type Changes = Partial<Omit<TrialSpec, 'network' | 'problem' | 'training'>> & {
  readonly network?: Partial<NetworkSpec>
  readonly problem?: Partial<ProblemSpec>
  readonly training?: Partial<TrainingSpec>
}

const SQRT_3 = 1.7320508075688772

/** The product's default cell for |x| at depth 3 and width 2, with changes: for tests and examples. */
export function exampleSpec({ network, problem, training, ...rest }: Changes = {}): TrialSpec {
  return {
    numerics: 'ieee-f32/1',
    seed: 0,
    depth: 3,
    width: 2,
    ...rest,
    network: {
      activation: { kind: 'relu' },
      initialization: { kind: 'he-normal' },
      bias: { kind: 'zero' },
      ...network,
    },
    problem: { target: 'abs', inputDim: 1, points: 128, sampling: 'grid', domain: [-SQRT_3, SQRT_3], ...problem },
    training: {
      loss: 'mse',
      optimizer: { kind: 'adam', learningRate: 1e-3 },
      batch: 'full',
      steps: 3000,
      stopAtDeath: true,
      ...training,
    },
  }
}
