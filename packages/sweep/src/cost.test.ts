import { expect, it } from 'vitest'
import { trialFlops } from './cost.ts'
import { parseSweep } from './sweep.ts'

const flopsOf = (fields: object) =>
  trialFlops(parseSweep({ grid: { depth: 3, width: 4 }, inits: 1, training: { steps: 10 }, problem: { points: 8 }, ...fields }).cells[0]!.spec)

it('counts six operations of a weight and sample trained on, two of one checked', () => {
  // 4 + 16 + 4 weights; 8 samples in 10 steps and 8 in the check
  expect(flopsOf({})).toBe(24 * (6 * 80 + 2 * 8))
})

it('counts 19 and 8 more of each normalized unit', () => {
  for (const normalization of ['batch', 'layer']) {
    expect(flopsOf({ network: { normalization } }) - flopsOf({})).toBe(8 * (19 * 80 + 8 * 8))
  }
})

it('counts the inputs and the one output of an expression', () => {
  // 3 x 4 + 16 + 4 weights
  const problem = { target: 'expression', expression: 'x1 + x3', inputDim: 3, points: 8 }
  expect(flopsOf({ problem })).toBe(32 * (6 * 80 + 2 * 8))
})
