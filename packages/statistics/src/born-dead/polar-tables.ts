/** Entries of each table; a word's next bits choose the entry, the others the place inside it. */
const ENTRIES = 2048

/**
 * Tables from which 32 random bits become a uniform direction or an exponential variable by a second-order Taylor step:
 * half the time of a polar rejection step with a logarithm. Direction and logarithm are right to 2e-9, a thousandth of
 * any standard error that 20,000 chains can reach.
 */
export interface PolarTables {
  /** Cosine and sine of the middle of each of the equal sectors, [sector]. */
  readonly cosine: Float64Array
  readonly sine: Float64Array
  /** -ln m and 1 / m at the middle m of equal parts of [1, 2), [part]. */
  readonly minusLog: Float64Array
  readonly reciprocal: Float64Array
}

/** Radians, and units of m, that one step of the bits below the entry's is worth. */
export const RADIANS_PER_STEP = (2 * Math.PI) / 2 ** 32
const MANTISSA_PER_STEP = 2 ** -31

export function createPolarTables(): PolarTables {
  const middles = Float64Array.from({ length: ENTRIES }, (_, entry) => (entry + 0.5) / ENTRIES)
  return {
    cosine: middles.map((turn) => Math.cos(2 * Math.PI * turn)),
    sine: middles.map((turn) => Math.sin(2 * Math.PI * turn)),
    minusLog: middles.map((part) => -Math.log1p(part)),
    reciprocal: middles.map((part) => 1 / (1 + part)),
  }
}

/** -ln(word / 2^32), the word taken as unsigned: an exponential variable of mean 1. Word 0 counts as 1/2. */
export function exponential(word: number, { minusLog, reciprocal }: PolarTables): number {
  const zeros = Math.clz32(word)
  const mantissa = word << zeros
  const part = (mantissa >>> 20) & (ENTRIES - 1)
  const step = ((mantissa & 0xfffff) - 524287.5) * MANTISSA_PER_STEP * (reciprocal[part] ?? 0)
  return (zeros + 1) * Math.LN2 + (minusLog[part] ?? 0) - step + 0.5 * step * step
}
