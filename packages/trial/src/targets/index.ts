import type { TargetKind } from '../trial.ts'
import { abs2d } from './abs-2d.ts'
import { abs } from './abs.ts'
import { square } from './square.ts'
import { stepSin } from './step-sin.ts'
import type { Target } from './target.ts'
import { xSin5x } from './x-sin-5x.ts'

export const targets: Readonly<Record<TargetKind, Target>> = {
  abs,
  'x-sin-5x': xSin5x,
  'step-sin': stepSin,
  'abs-2d': abs2d,
  square,
}
