import type { Numerics } from './trial.ts'

/** The short forms of a sweep file and of the command line. */
export const NUMERICS_OF_PRECISION = {
  float32: 'ieee-f32/1',
  float64: 'ieee-f64/1',
  float16: 'f16/1',
  bfloat16: 'bf16/1',
} as const satisfies Readonly<Record<string, Numerics>>

export type Precision = keyof typeof NUMERICS_OF_PRECISION

export const PRECISIONS = Object.keys(NUMERICS_OF_PRECISION) as readonly Precision[]
export const NUMERICS = Object.values(NUMERICS_OF_PRECISION)
