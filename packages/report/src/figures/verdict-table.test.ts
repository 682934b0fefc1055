import { expect, test } from 'vitest'
import { verdictsSample } from '../samples/figures.ts'
import { verdictTableOf } from './verdict-table.ts'

test('the verdicts as Markdown', () => {
  expect(verdictTableOf(verdictsSample().rows)).toMatchInlineSnapshot(`
    "| paper | published | ours | accepted | verdict |
    | --- | --- | --- | --- | --- |
    | P(collapse) of \\|x\\|, depth 10, width 2 | more than 90%, about 93% | 92.6% [89.2%, 95.25%] | [90%, 95.2%] | pass |
    | born dead, depth 10, width 3 | 57.85% [57.84%, 57.86%] | 64.1% [62%, 66.2%] | [57.2%, 58.6%] | **fail** |
    | slope of -ln(1-P), width 2 | 0.2877 | 0.29 [0.25, 0.33] | [0.273, 0.302] | undecided |
    | few functions | not published | 6 | ≤ 8 | pass |
    "
  `)
})

test('a name cannot break the table or bring markup of its own', () => {
  const name = 'a | b <img src=x> [link](http://x) *c* `d`\n| e'
  const table = verdictTableOf([{ name, published: name, measured: { value: Number.NaN }, verdict: 'undecided' }])
  const [, , row] = table.split('\n')
  expect(table.split('\n')).toHaveLength(4)
  expect(row?.match(/(?<!\\)\|/g)).toHaveLength(6)
  expect(row).not.toMatch(/(?<!\\)[<>*`[\]]/)
  expect(row).toContain('| – | – | undecided |')
})
