import { expect, it } from 'vitest'
import { cellsOf, chaosTable } from './table.ts'
import type { Row } from './table.ts'

const row = (id: string, struck: number | null): Row => ({
  scenario: { id, fault: `fault ${id}`, promise: 'golden' },
  findings: struck === null ? null : { struck, redeliveries: 2, duplicates: 0, overCalm: 1.5, note: '' },
  seconds: 10.4,
})

it('shows a figure that a scenario does not have as nothing, and a broken promise as such', () => {
  const kept = cellsOf(row('F1', 3), 'full, 2026-01-01')
  expect(kept).toEqual(['F1', 'fault F1', 'golden', '3', '2', '0', '1.50', '10', 'kept', 'full, 2026-01-01', ''])
  expect(kept).toHaveLength(chaosTable([]).header.length)
  expect(cellsOf(row('F2', null), 'full')).toEqual(['F2', 'fault F2', 'golden', '', '', '', '', '10', 'BROKEN', 'full', ''])
})
