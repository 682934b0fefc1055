import { expect, test } from 'vitest'
import { mapsOf } from './cell-map.ts'
import { sampleDocument } from './samples/documents.ts'

test('depths and widths are ascending, and a place without a cell is null', () => {
  const cells = [{ depth: 10, width: 3 }, { depth: 2, width: 3 }, { depth: 2, width: 1 }]
  const [map] = mapsOf(sampleDocument('holes', cells))
  expect(map?.depths).toEqual([2, 10])
  expect(map?.widths).toEqual([1, 3])
  expect(map?.cellAt(10, 3)?.cell).toBe('c1_10-3-{}')
  expect(map?.cellAt(10, 1)).toBeNull()
})

test('every setting of the other parameters has a map, in the order of the cells', () => {
  const init = { kind: 'small' }
  const cells = [0.01, 0.001].map((rate) => ({
    depth: 2,
    width: 2,
    axes: { 'training.optimizer.learningRate': rate, 'network.init': init },
  }))
  expect(mapsOf(sampleDocument('rates', cells)).map((map) => map.heading)).toEqual([
    'training.optimizer.learningRate = 0.01, network.init = {"kind":"small"}',
    'training.optimizer.learningRate = 0.001, network.init = {"kind":"small"}',
  ])
})

test('two cells in one place are refused, since one would be hidden', () => {
  const twice = sampleDocument('twice', [{ depth: 2, width: 2 }, { depth: 2, width: 2 }])
  expect(() => mapsOf(twice)).toThrow('two cells have depth 2 and width 2')
})
