import { expect, it } from 'vitest'
import { tableText, withRows } from './measured-table.ts'

const TABLE = { name: 'speed', header: ['id', 'what', 'measured'], order: ['F1', 'F2', 'F10'] } as const
const EMPTY = 'before\n<!-- speed: begin -->\n<!-- speed: end -->\nafter\n'

it('writes Markdown, with empty cells where there is nothing', () => {
  expect(tableText(TABLE, [['F1', 'a', ''], ['F2', '', '3']])).toBe('| id | what | measured |\n| --- | --- | --- |\n| F1 | a |  |\n| F2 |  | 3 |')
})

it('replaces all rows of what was measured again, keeps the others and their order, and leaves the text around', () => {
  const first = withRows(EMPTY, TABLE, [['F10', 'x', '1'], ['F1', 'y', '1'], ['F1', '', '2']])
  const second = withRows(first, TABLE, [['F2', 'z', '5'], ['F1', 'y', '4']])
  expect(second).toBe(
    'before\n<!-- speed: begin -->\n| id | what | measured |\n| --- | --- | --- |\n| F1 | y | 4 |\n| F2 | z | 5 |\n| F10 | x | 1 |\n<!-- speed: end -->\nafter\n',
  )
  expect(withRows(first, TABLE, [])).toBe(first)
})

it('refuses a document without a place for the table', () => {
  expect(() => withRows('no markers', TABLE, [])).toThrow('no <!-- speed: begin --> before <!-- speed: end -->')
})
