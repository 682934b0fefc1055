import type { Numerics } from './trial.ts'

const single = new Float32Array(1)
const bits = new Uint32Array(single.buffer)

/** The smallest normal number of binary16, and its largest number. */
const SMALLEST_NORMAL_16 = 2 ** -14
const LARGEST_16 = 65504
/** A binary64 number this large has the quantum of the subnormal numbers of binary16, 2^-24, in its last place. */
const SUBNORMAL_16 = 1.5 * 2 ** 28

/**
 * A number as the numerics stores it, `st(x)` of NUMERICS.md: rounded to binary32 (but for `ieee-f64`), and then to the
 * format, both to nearest even. The result is a number of that format; overflow gives infinity, a NaN stays one.
 */
export function storedIn(numerics: Numerics): (value: number) => number {
  switch (numerics) {
    case 'ieee-f64/1':
      return (value) => value
    case 'ieee-f32/1':
    case 'webgpu-f32/1':
    case 'tfjs-f32/1':
      return Math.fround
    case 'f16/1':
      return toBinary16
    case 'bf16/1':
      return toBfloat16
    default:
      return numerics satisfies never
  }
}

/** The upper half of binary32; the carry of the rounding runs through exponents and into infinity. */
function toBfloat16(value: number): number {
  if (Number.isNaN(value)) return Number.NaN
  roundTo(value, 16)
  return single[0] as number
}

function toBinary16(value: number): number {
  const x = Math.fround(value)
  if (Math.abs(x) < SMALLEST_NORMAL_16) return toSubnormal16(x)
  if (!Number.isFinite(x)) return x
  roundTo(x, 13)
  const rounded = single[0] as number
  return Math.abs(rounded) > LARGEST_16 ? Infinity * Math.sign(x) : rounded
}

/** Keeps the sign of a zero. */
function toSubnormal16(x: number): number {
  const magnitude = Math.abs(x) + SUBNORMAL_16 - SUBNORMAL_16
  return x < 0 || Object.is(x, -0) ? -magnitude : magnitude
}

/** Leaves in `single` the value, rounded to binary32 and then to nearest even without the last `dropped` bits. */
function roundTo(value: number, dropped: number): void {
  single[0] = value
  const word = bits[0] as number
  const half = 2 ** (dropped - 1) - 1 + ((word >>> dropped) & 1)
  bits[0] = ((word + half) >>> dropped) << dropped
}
