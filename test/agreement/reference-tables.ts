import { agrees } from '@collapsar/statistics'
import type { Reference } from '@collapsar/statistics'
import { expect } from 'vitest'

/** Trials behind every comparison of the born-dead tests. */
export const TRIALS = 100_000

/** Probability that any comparison of the born-dead tests fails on right code, at most; they make 106. */
const FAMILY_FALSE_ALARM = 1e-3
const COMPARISONS = 56 + 30 + 12 + 2 + 6

/** Compares a count of TRIALS with a reference by an exact two-sample test that includes the reference's own error. */
export function expectAgreement(dead: number, reference: Reference): void {
  const { agrees: agreeing, pValue } = agrees({ successes: dead, trials: TRIALS }, reference, FAMILY_FALSE_ALARM / COMPARISONS)
  expect(agreeing, `${dead} of ${TRIALS} against ${JSON.stringify(reference)}: p = ${pValue}`).toBe(true)
}

/** The rows of a table, one for each width. */
export function byWidth<T>(table: Readonly<Record<number, T>>): { width: number; entry: T }[] {
  return Object.entries(table).map(([width, entry]) => ({ width: Number(width), entry }))
}
