import { allocateColumns, OUTCOMES } from '@collapsar/trial'
import type { Outcome } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import type { CellTrials } from './cell-trials.ts'
import { comparePairs, pairCells } from './compare.ts'
import { parseSweep } from './sweep.ts'

const cellsOf = (fields: object) => parseSweep({ grid: { depth: [3, 4], width: 2 }, inits: 100, ...fields }).cells

function trials(outcomes: readonly (readonly [number, Outcome])[]): CellTrials {
  const columns = allocateColumns(outcomes.length)
  for (const [i, [, outcome]] of outcomes.entries()) columns.outcome[i] = OUTCOMES.indexOf(outcome)
  return { trials: Float64Array.from(outcomes, ([trial]) => trial), columns }
}

describe('pairs of cells', () => {
  it('share what the networks are drawn by, whatever trains them', () => {
    const [first, second] = [cellsOf({}), cellsOf({ training: { loss: 'mae' }, grid: { depth: [4, 9], width: 2 } })]
    const pairs = pairCells(first, second)
    expect(pairs.map((pair) => [pair.first.spec.depth, pair.second.spec.training.loss])).toEqual([[4, 'mae']])
    expect(() => pairCells(first, cellsOf({ seed: 1 }))).toThrow('share no depth and width with the same seed')
    expect(() => pairCells(first, cellsOf({ problem: { target: 'abs-2d', points: 16 } }))).toThrow('share no depth')
  })

  it('keep the order of either sweep where axes give several of one shape', () => {
    const axes = { 'training.optimizer.learningRate': [0.1, 0.2] }
    const swept = cellsOf({ axes, training: { optimizer: { kind: 'sgd' } } })
    const pairs = pairCells(swept, cellsOf({ axes, training: { optimizer: { kind: 'adam' } } }))
    expect(pairs).toHaveLength(4)
    for (const { first, second } of pairs) expect(first.axes).toEqual(second.axes)
  })
})

describe('trials of two settings', () => {
  const pairs = pairCells(cellsOf({}).slice(0, 1), cellsOf({}).slice(0, 1))

  it('are crossed by index, as far as both go, and those missing in one are lost', () => {
    const first = trials([[0, 'born_dead'], [1, 'converged'], [2, 'died_in_training'], [3, 'stalled'], [5, 'born_dead'], [9, 'born_dead']])
    const second = trials([[0, 'born_dead'], [1, 'collapsed_functional'], [2, 'converged'], [3, 'diverged'], [4, 'born_dead'], [5, 'converged']])
    const [comparison] = comparePairs(pairs, [[first, second]], 'collapse')
    expect(comparison!.counts).toEqual({ both: 1, onlyFirst: 2, onlySecond: 1, neither: 1, trials: 5, gaps: 1 })
    expect(comparison!.difference.estimate).toBeCloseTo(1 / 5, 15)
    expect(comparePairs(pairs, [[first, second]], 'converged')[0]!.counts).toMatchObject({ both: 0, onlyFirst: 1, onlySecond: 2 })
  })

  it('say that they differ only with evidence enough for all cells together', () => {
    const sided = (count: number) => trials(Array.from({ length: 40 }, (_, i) => [i, i < count ? 'born_dead' : 'converged'] as const))
    const [comparison] = comparePairs(pairs, [[sided(20), sided(0)]], 'collapse')
    // Exact McNemar: 2 / 2^20.
    expect(comparison).toMatchObject({ differs: true, depth: 3, width: 2 })
    expect(comparison!.pValue).toBeCloseTo(2 ** -19, 15)
    expect(comparePairs(pairs, [[sided(3), sided(0)]], 'collapse')[0]!.differs).toBe(false)
  })
})
