import { createHash } from 'node:crypto'
import type { TrialSpec } from '@collapsar/trial'

/** Revision of the outcome rule (packages/trial/src/measurements/outcome.ts): part of a cell's identity. */
export const OUTCOME_RULE = 1

/**
 * Canonical JSON (RFC 8785) of a plain value: keys sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them.
 * @throws TypeError on a number that is not finite, and on anything JSON does not know.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`invalid number: ${value}; JSON knows finite numbers only`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`invalid value of type ${typeof value}; JSON does not know it`)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** The name of a cell: `c1_` and the SHA-256 of everything that can change a bit of its trials, and nothing else. */
export function cellId(spec: TrialSpec): string {
  const text = canonicalJson({ outcomeRule: OUTCOME_RULE, trial: spec })
  return `c1_${createHash('sha256').update(text).digest('hex')}`
}

export const CELL_ID_PATTERN = /^c1_[0-9a-f]{64}$/
