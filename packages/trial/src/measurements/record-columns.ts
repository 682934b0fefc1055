import type { TrialRecord } from '../record.ts'
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

const CODES = new Map(OUTCOMES.map((outcome, code) => [outcome, code]))

/** The columns of records, to the bit but for the payload of a NaN. */
export function recordColumns(records: readonly TrialRecord[]): RecordColumns {
  const columns = allocate(records.length)
  for (const [i, record] of records.entries()) {
    columns.outcome[i] = CODES.get(record.outcome) ?? 0
    columns.deadLayer[i] = record.deadLayer
    columns.deathCheck[i] = record.deathCheck
    columns.loss[i] = record.loss
    columns.value[i] = record.value
    columns.pieces[i] = record.pieces
    columns.checksum[i] = record.checksum
  }
  return columns
}

function allocate(trials: number): RecordColumns {
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

/** The records of columns again. @throws RangeError for an outcome that does not exist */
export function recordsOf(columns: RecordColumns): TrialRecord[] {
  return Array.from(columns.outcome, (code, i) => {
    const outcome = OUTCOMES[code]
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
  })
}
