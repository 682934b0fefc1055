import { describe, expect, it } from 'vitest'
import type { TrialRecord } from '../record.ts'
import { OUTCOMES } from '../record.ts'
import { allocateColumns, joinedColumns, putRecord, recordAt } from './record-columns.ts'

/** Every outcome and the extremes of every field: depth 200, 2^30 steps, a diverged trial. */
const records: readonly TrialRecord[] = OUTCOMES.map((outcome, i) => ({
  outcome,
  deadLayer: i === 0 ? 199 : 0,
  deathCheck: i === 1 ? 2 ** 25 : 0,
  loss: outcome === 'diverged' ? Number.NaN : Math.fround(0.1 * i),
  value: outcome === 'diverged' ? Number.NaN : Math.fround(-1 / 3),
  pieces: i === 2 ? 2 ** 22 : 1,
  checksum: i === 3 ? 0xffffffff : i,
}))

function columnsOf(some: readonly TrialRecord[]) {
  const columns = allocateColumns(some.length)
  some.forEach((record, i) => putRecord(columns, i, record))
  return columns
}

describe('columns of records', () => {
  it('give back the records', () => {
    const columns = columnsOf(records)
    expect(records.map((_, i) => recordAt(columns, i))).toEqual(records)
  })

  it('give back the records when they are joined', () => {
    const joined = joinedColumns([records.slice(0, 3), records.slice(3), []].map(columnsOf))
    expect(records.map((_, i) => recordAt(joined, i))).toEqual(records)
  })

  it('refuse an outcome or a trial that does not exist', () => {
    const columns = columnsOf(records)
    columns.outcome[0] = 8
    expect(() => recordAt(columns, 0)).toThrow('invalid outcome 8')
    expect(() => recordAt(columns, records.length)).toThrow(RangeError)
  })
})
