import { expect, it } from 'vitest'
import { tableOf, withTable } from './table.ts'
import type { Row } from './table.ts'

const row = (id: string, struck: number | null): Row => ({
  scenario: { id, fault: `fault ${id}`, promise: 'golden' },
  findings: struck === null ? null : { struck, redeliveries: 2, duplicates: 0, overCalm: 1.5, note: '' },
  seconds: 10.4,
})
const ORDER = ['F1', 'F2', 'F10']
const EMPTY = 'before\n<!-- chaos: begin -->\n<!-- chaos: end -->\nafter\n'

it('shows a figure that a scenario does not have as nothing, and a broken promise as such', () => {
  const [, , kept, broken] = tableOf([row('F1', 3), row('F2', null)], 'full, 2026-01-01').split('\n')
  expect(kept).toBe('| F1 | fault F1 | golden | 3 | 2 | 0 | 1.50 | 10 | kept | full, 2026-01-01 |  |')
  expect(broken).toBe('| F2 | fault F2 | golden |  |  |  |  | 10 | BROKEN | full, 2026-01-01 |  |')
})

it('replaces the rows that were measured again, keeps the others and their order, and leaves the text around', () => {
  const first = withTable(EMPTY, tableOf([row('F10', 1), row('F1', 1)], 'quick'), ORDER)
  const second = withTable(first, tableOf([row('F2', 5), row('F1', 4)], 'full'), ORDER)
  const struck = second.split('\n').flatMap((line) => /^\| (F\d+) .* golden \| (\d+)/.exec(line)?.slice(1, 3).join(' ') ?? [])
  expect(struck).toEqual(['F1 4', 'F2 5', 'F10 1'])
  expect(second.startsWith('before\n<!-- chaos: begin -->\n| id |')).toBe(true)
  expect(second.endsWith('<!-- chaos: end -->\nafter\n')).toBe(true)
})

it('refuses a document without a place for the table', () => {
  expect(() => withTable('no markers', '', ORDER)).toThrow('no <!-- chaos: begin --> before <!-- chaos: end -->')
})
