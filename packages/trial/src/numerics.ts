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

/** Those that NUMERICS.md defines to the bit. */
export const PORTABLE_NUMERICS: readonly Numerics[] = Object.values(NUMERICS_OF_PRECISION)
export const NUMERICS: readonly Numerics[] = [...PORTABLE_NUMERICS, 'webgpu-f32/1', 'tfjs-f32/1']

/** Whether every machine and every engine gives the same bits; the others promise statistics alone. */
export function hasPortableBits(numerics: Numerics): boolean {
  return PORTABLE_NUMERICS.includes(numerics)
}
