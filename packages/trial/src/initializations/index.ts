import type { InitializationSpec } from '../trial.ts'
import { glorotNormal } from './glorot-normal.ts'
import { glorotUniform } from './glorot-uniform.ts'
import { heNormal } from './he-normal.ts'
import { heUniform } from './he-uniform.ts'
import type { Initialization } from './initialization.ts'
import { lecunNormal } from './lecun-normal.ts'
import { orthogonal } from './orthogonal.ts'
import { randomizedAsymmetric } from './randomized-asymmetric.ts'
import { sawtooth } from './sawtooth.ts'
import { small } from './small.ts'
import { torchDefault } from './torch-default.ts'

type Plain = Exclude<InitializationSpec['kind'], 'small' | 'randomized-asymmetric' | 'sawtooth'>

/** The laws without a parameter. */
const plain: Readonly<Record<Plain, Initialization>> = {
  'he-normal': heNormal,
  'he-uniform': heUniform,
  'glorot-normal': glorotNormal,
  'glorot-uniform': glorotUniform,
  'lecun-normal': lecunNormal,
  'torch-default': torchDefault,
  orthogonal,
}

/** @throws RangeError for a standard deviation that is not positive and finite */
export function initializationOf(spec: InitializationSpec): Initialization {
  switch (spec.kind) {
    case 'small':
      return small(spec.std)
    case 'randomized-asymmetric':
      return randomizedAsymmetric(spec.outputLayer)
    case 'sawtooth':
      return sawtooth(spec.variant)
    default:
      return plain[spec.kind]
  }
}
