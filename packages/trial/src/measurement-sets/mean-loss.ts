import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import type { LossSpec } from '../losses/index.ts'
import { lossOf } from '../losses/index.ts'
import { eachOutput } from '../reference/evaluate.ts'
import { storedIn } from '../stored.ts'
import type { Numerics } from '../trial.ts'
import type { LaneNetwork } from './lane-network.ts'

/** On which points, and by which loss. */
export interface LossQuestion {
  readonly points: TrainingPoints
  readonly loss: LossSpec
  /** In whose form inputs and targets are taken, as in training. */
  readonly numerics: Numerics
}

/** A function that gives the mean loss of a network on points, in binary64. */
export function meanLossOn({ points, loss: spec, numerics }: LossQuestion): (network: LaneNetwork) => number {
  const loss = lossOf(spec)
  const inputs = points.inputs.map(storedIn(numerics))
  const targets = points.targets.map(storedIn(numerics))
  return ({ shape, parameters }) => {
    let sum = 0
    let next = 0
    eachOutput(shape, parameters, inputs, (outputs) => {
      for (const output of outputs) sum = loss.add(sum, output - at(targets, next++))
    })
    return sum / next
  }
}
