import type { NamedTargetKind, ProblemSpec } from '../trial.ts'
import { abs2d } from './abs-2d.ts'
import { abs } from './abs.ts'
import { condensation } from './condensation.ts'
import { expressionTarget } from './expression.ts'
import { fivePoints } from './five-points.ts'
import { DEFAULT_TEETH, sawtooth } from './sawtooth.ts'
import { square } from './square.ts'
import { stepSin } from './step-sin.ts'
import type { Target, TargetFunction } from './target.ts'
import { xSin5x } from './x-sin-5x.ts'

/** The sawtooth is that of the default number of teeth. */
export const targets: Readonly<Record<NamedTargetKind, Target>> = {
  abs,
  'x-sin-5x': xSin5x,
  'step-sin': stepSin,
  'abs-2d': abs2d,
  square,
  sawtooth: sawtooth(DEFAULT_TEETH),
  'five-points': fivePoints,
  condensation,
}

/** As much of a problem as names its target. */
export type TargetName = Pick<ProblemSpec, 'target' | 'inputDim' | 'expression' | 'teeth'>

/** @throws RangeError for an expression that cannot be read, or a number of teeth that is not allowed */
export function targetOf({ target, inputDim, expression = '', teeth = DEFAULT_TEETH }: TargetName): TargetFunction {
  if (target === 'expression') return expressionTarget(expression, inputDim)
  return target === 'sawtooth' ? sawtooth(teeth) : targets[target]
}

/** Number of outputs, without reading an expression. */
export function outputDimOf({ target }: Pick<ProblemSpec, 'target'>): number {
  return target === 'expression' ? 1 : targets[target].outputDim
}
