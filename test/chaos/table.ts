import type { MeasuredTable } from '../support/measured-table.ts'
import type { Findings, Scenario } from './scenario.ts'

export interface Row {
  readonly scenario: Pick<Scenario, 'id' | 'fault' | 'promise'>
  /** null: the promise was broken. */
  readonly findings: Findings | null
  readonly seconds: number
}

const HEADER = ['id', 'fault', 'promise', 'struck', 'redelivered', 'duplicates', 'time over calm', 'seconds', 'verdict', 'measured', 'remarks']

export function chaosTable(order: readonly string[]): MeasuredTable {
  return { name: 'chaos', header: HEADER, order }
}

/** A row of the table. @param measured in which form and when */
export function cellsOf({ scenario, findings, seconds }: Row, measured: string): string[] {
  const { struck = null, redeliveries = null, duplicates = null, overCalm = null, note = '' } = findings ?? {}
  return [
    scenario.id,
    scenario.fault,
    scenario.promise,
    shown(struck),
    shown(redeliveries),
    shown(duplicates),
    overCalm === null ? '' : overCalm.toFixed(2),
    seconds.toFixed(0),
    findings === null ? 'BROKEN' : 'kept',
    measured,
    note,
  ]
}

function shown(count: number | null): string {
  return count === null ? '' : String(count)
}
