import type { Outcome, TrialRecord } from '../record.ts'
import { OUTCOMES } from '../record.ts'

/** The records of trials column by column, [trial]: what crosses from one thread to another without a copy. */
export interface RecordColumns {
  /** Place in OUTCOMES. */
  readonly outcome: Uint8Array<ArrayBuffer>
  readonly deadLayer: Uint8Array<ArrayBuffer>
  readonly deathCheck: Uint32Array<ArrayBuffer>
  readonly loss: Float32Array<ArrayBuffer>
  readonly value: Float32Array<ArrayBuffer>
  readonly pieces: Uint32Array<ArrayBuffer>
  readonly checksum: Uint32Array<ArrayBuffer>
}

const COLUMN_NAMES = ['outcome', 'deadLayer', 'deathCheck', 'loss', 'value', 'pieces', 'checksum'] as const satisfies (keyof RecordColumns)[]

const CODES = new Map(OUTCOMES.map((outcome, code) => [outcome, code]))

/** As it is stored: its place in OUTCOMES. */
export function outcomeCode(outcome: Outcome): number {
  return CODES.get(outcome) ?? 0
}

/** Columns for so many trials, to be filled by `putRecord`. */
export function allocateColumns(trials: number): RecordColumns {
  return {
    outcome: new Uint8Array(trials),
    deadLayer: new Uint8Array(trials),
    deathCheck: new Uint32Array(trials),
    loss: new Float32Array(trials),
    value: new Float32Array(trials),
    pieces: new Uint32Array(trials),
    checksum: new Uint32Array(trials),
  }
}

/** Writes the record of trial `i`, to the bit but for the payload of a NaN. */
export function putRecord(columns: RecordColumns, i: number, record: TrialRecord): void {
  columns.outcome[i] = outcomeCode(record.outcome)
  columns.deadLayer[i] = record.deadLayer
  columns.deathCheck[i] = record.deathCheck
  columns.loss[i] = record.loss
  columns.value[i] = record.value
  columns.pieces[i] = record.pieces
  columns.checksum[i] = record.checksum
}

/** Columns one behind the other; a single part as it is. */
export function joinedColumns(parts: readonly RecordColumns[]): RecordColumns {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const joined = allocateColumns(parts.reduce((trials, { outcome }) => trials + outcome.length, 0))
  let first = 0
  for (const part of parts) {
    for (const name of COLUMN_NAMES) joined[name].set(part[name], first)
    first += part.outcome.length
  }
  return joined
}

/** The record of trial `i` again. @throws RangeError for an outcome that does not exist */
export function recordAt(columns: RecordColumns, i: number): TrialRecord {
  const code = columns.outcome[i]
  const outcome = OUTCOMES[code ?? OUTCOMES.length]
  if (outcome === undefined) throw new RangeError(`invalid outcome ${code}: expected 0 to ${OUTCOMES.length - 1}`)
  return {
    outcome,
    deadLayer: columns.deadLayer[i] ?? 0,
    deathCheck: columns.deathCheck[i] ?? 0,
    loss: columns.loss[i] ?? Number.NaN,
    value: columns.value[i] ?? Number.NaN,
    pieces: columns.pieces[i] ?? 0,
    checksum: columns.checksum[i] ?? 0,
  }
}
