/** Exhaustive, exclusive categories of a finished trial, in the order of their stored codes 0..7 (`outcome.ts` derives them). */
export const OUTCOMES = [
  'born_dead',
  'died_in_training',
  'collapsed_functional',
  'partially_collapsed',
  'converged',
  'stalled',
  'unfinished',
  'diverged',
] as const

export type Outcome = (typeof OUTCOMES)[number]

/** The outcomes that together are *collapse*: the network ends as a constant. */
export const COLLAPSED: readonly Outcome[] = ['born_dead', 'died_in_training', 'collapsed_functional']

/** The base record of a trial: what is stored for every one of them. Floats are binary32 values. */
export interface TrialRecord {
  readonly outcome: Outcome
  /** First hidden layer (1..depth-1) that is zero on every point at the end; 0 if none. */
  readonly deadLayer: number
  /** Number k of the first check of the run that certified death: death came in steps (32(k-1), 32k]; 0 if not certified. */
  readonly deathCheck: number
  /** Loss on the training set at the end; NaN if diverged. */
  readonly loss: number
  /** The constant (first output) where the network collapsed, else the largest range of an output on the points; NaN if diverged. */
  readonly value: number
  /** Affine pieces on the domain of the first input; 0 where not defined (more inputs, smooth activation, diverged). */
  readonly pieces: number
  /** CRC-32 of the final parameters (NUMERICS.md, 8). */
  readonly checksum: number
}
