import { cos, log, sin, TRIGONOMETRIC_LIMIT } from '../random/elementary.ts'
import { exp, tanh } from './exponential.ts'

/** A function that expressions may call. Its values have the same bits on every machine. */
export type Callable =
  | { readonly arity: 1; readonly evaluate: (a: number) => number }
  | { readonly arity: 2; readonly evaluate: (a: number, b: number) => number }

/** In a Map, so that `constructor` or `__proto__` name nothing. */
export const functions: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['abs', { arity: 1, evaluate: Math.abs }],
  ['sin', { arity: 1, evaluate: (a) => (isAngle(a) ? sin(a) : NaN) }],
  ['cos', { arity: 1, evaluate: (a) => (isAngle(a) ? cos(a) : NaN) }],
  ['exp', { arity: 1, evaluate: exp }],
  ['log', { arity: 1, evaluate: log }],
  ['sqrt', { arity: 1, evaluate: Math.sqrt }],
  ['tanh', { arity: 1, evaluate: tanh }],
  ['min', { arity: 2, evaluate: Math.min }],
  ['max', { arity: 2, evaluate: Math.max }],
  /** 1 above 0, otherwise 0. */
  ['step', { arity: 1, evaluate: (a) => (a > 0 ? 1 : a <= 0 ? 0 : NaN) }],
  ['sign', { arity: 1, evaluate: Math.sign }],
  ['relu', { arity: 1, evaluate: (a) => (a <= 0 ? 0 : a) }],
])

export const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
])

/** Beyond it sine and cosine are not defined here: they could not be reduced to full accuracy. */
function isAngle(a: number): boolean {
  return Math.abs(a) <= TRIGONOMETRIC_LIMIT
}
