import { expect, it } from 'vitest'
import { largeDepthTheory, provedSafeFromBirth, provedStartsDemanded } from './cell-theory.ts'
import { parseSweep } from './sweep.ts'

const specOf = (depth: number, width: number, more: object = {}) => parseSweep({ grid: { depth, width }, inits: 1, ...more }).cells[0]!.spec

it('names the width from which on being born dead is proved rare, whatever the inputs', () => {
  // 1 - (1 - 2^-9)^9 = 0.0174, 1 - (1 - 2^-10)^9 = 0.0088
  expect(provedSafeFromBirth(specOf(10, 3), 0.01)).toBe(10)
  expect(provedSafeFromBirth(specOf(10, 3, { network: { activation: 'tanh' } }), 0.01)).toBeNull()
})

it('names the starts that the theorem demands, and none where a hypothesis fails', () => {
  // q = 1 - (1 - 2^-1)^2 = 3/4 in depth 4 and width 1; (3/4)^11 = 0.042 < 0.05 < (3/4)^10
  expect(provedStartsDemanded(specOf(4, 1), 0.05)).toBe(11)
  const noise = { kind: 'relative', level: 0.5, parameters: 'all' }
  expect(provedStartsDemanded(specOf(4, 1, { training: { noise } }), 0.05)).toBeNull()
  expect(provedStartsDemanded(specOf(4, 1, { network: { init: 'orthogonal' } }), 0.05)).toBeNull()
})

it('has the law of large depth of width 1, which is exact, from depth 2 on, and none beside its case', () => {
  expect(largeDepthTheory(specOf(2, 1), [2, 3, 5])).toEqual([0, 0.5, 0.875])
  expect(largeDepthTheory(specOf(2, 2), [9, 10])).toEqual([null, expect.closeTo(1 - 0.75 ** 8, 0)])
  expect(largeDepthTheory(specOf(2, 1, { network: { bias: { kind: 'normal', std: 1 } } }), [9])).toEqual([null])
})
