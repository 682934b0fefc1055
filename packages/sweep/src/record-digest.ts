import { createHash } from 'node:crypto'
import type { TrialRecord } from '@collapsar/trial'
import { canonicalJson } from './identity.ts'

/** SHA-256 of everything recorded of a trial: two trials that agree on it agree on every recorded bit. */
export function recordDigest(record: TrialRecord): string {
  const fields = { ...record, loss: float32Bits(record.loss), value: float32Bits(record.value) }
  return createHash('sha256').update(canonicalJson(fields)).digest('hex')
}

const CANONICAL_NAN = 0x7fc00000

function float32Bits(value: number): number {
  if (Number.isNaN(value)) return CANONICAL_NAN
  return new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0
}
