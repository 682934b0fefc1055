import type { LossKind } from '../trial.ts'
import type { Loss } from './loss.ts'
import { mae } from './mae.ts'
import { mse } from './mse.ts'

export type { Loss } from './loss.ts'

const LOSSES: Readonly<Record<LossKind, Loss>> = { mse, mae }

/** The loss that a spec names. */
export function lossOf(kind: LossKind): Loss {
  return LOSSES[kind]
}
