import { binomialTails } from '@collapsar/statistics'
import { expect } from 'vitest'

/** `npm run calibrate`: many more repetitions, and a table of what was found. */
const LONG = process.env['CALIBRATE'] === 'long'

/** Probability that any check of this folder fails on right code, at most. */
const FAMILY_FALSE_ALARM = 1e-3
/** S1: 15, S2: 2, S3: 4, S4: 3, S5: 110. */
const CHECKS = 134

/** What a single check may have. S6 is a matter of proof: it has none. */
export const FALSE_ALARM = FAMILY_FALSE_ALARM / CHECKS

export function repetitions(quick: number, long: number): number {
  return LONG ? long : quick
}

/** Uniform numbers in (0, 1): mulberry32, another generator than any of the product's. */
export function createUniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
}

/** Counts of events in a block of trials of probability p, by inversion of the binomial law. */
export function createCounts(block: number, p: number, uniform: () => number): () => number {
  const atMost: number[] = []
  let term = (1 - p) ** block
  for (let k = 0, sum = 0; k <= block; k += 1) {
    sum += term
    atMost.push(sum)
    term *= ((block - k) / (k + 1)) * (p / (1 - p))
  }
  return () => {
    const u = uniform()
    const k = atMost.findIndex((sum) => u <= sum)
    return k === -1 ? block : k
  }
}

export interface Observed {
  /** S1 to S6. */
  readonly id: string
  readonly what: string
  /** How often what should be rare happened. */
  readonly events: number
  readonly repetitions: number
  readonly allowed: number
}

/** Fails where so many events would come from the allowed probability with less than `FALSE_ALARM`. Exact tail. */
export function expectAtMost({ id, what, events, repetitions, allowed }: Observed): void {
  const { upper } = binomialTails(events, repetitions, allowed)
  report(id, what, `${percent(events / repetitions)} of ${repetitions}; at most ${percent(allowed)}`)
  expect(upper, `${what}: ${events} of ${repetitions}`).toBeGreaterThan(FALSE_ALARM)
}

/** A line of the table; in the short form nothing. */
export function report(id: string, what: string, found: string): void {
  if (LONG) console.log(`${id}  ${what.padEnd(72)} ${found}`)
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`
}
