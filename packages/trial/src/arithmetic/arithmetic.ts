import { storedIn } from '../stored.ts'
import type { Numerics } from '../trial.ts'
import { binary32 } from './binary32.ts'
import { binary64 } from './binary64.ts'

/** The operations of a working type (NUMERICS.md): what they take and give are numbers of that type. */
export interface WorkingType {
  /** The number of the type nearest to `x`, ties to even; of a sum, product, quotient or root it is that operation. */
  round(x: number): number
  /** a b + c. */
  fma(a: number, b: number, c: number): number
  exp(x: number): number
  expm1(x: number): number
  tanh(x: number): number
  erf(x: number): number
}

/** The arithmetic that a numerics names. */
export interface Arithmetic extends WorkingType {
  /** st(x): rounds to the working type, and then as a value is stored. */
  stored(x: number): number
}

/**
 * With binary32 as the working type every operation has the bits that NUMERICS.md defines. With binary64 it does not: there
 * is no fma in JavaScript, and the elementary functions are those of the platform, which makes them an oracle of their own.
 */
export function arithmeticOf(numerics: Numerics): Arithmetic {
  const workingType = numerics === 'ieee-f64/1' ? binary64 : binary32
  return { ...workingType, stored: storedIn(numerics) }
}
