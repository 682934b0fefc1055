import { describe, expect, test } from 'vitest'
import { axisLabels } from './axis-labels.ts'
import { mapsOf, placeText } from './cell-map.ts'
import { sampleDocument } from './samples/documents.ts'

test('depths and widths are ascending, and a place without a cell is null', () => {
  const cells = [{ depth: 10, width: 3 }, { depth: 2, width: 3 }, { depth: 2, width: 1 }]
  const [map] = mapsOf(sampleDocument('holes', cells))
  expect(map?.columns.values).toEqual([2, 10])
  expect(map?.rows.values).toEqual([1, 3])
  expect(map?.cellAt(1, 1)?.cell).toBe('c1_10-3-{}')
  expect(map?.cellAt(1, 0)).toBeNull()
})

test('every setting of the other parameters has a map, in the order of the cells', () => {
  const init = { kind: 'small' }
  const cells = [0.01, 0.001].flatMap((rate) =>
    [2, 3].map((shape) => ({
      depth: shape,
      width: shape,
      axes: { 'training.optimizer.learningRate': rate, 'network.init': init },
    })),
  )
  expect(mapsOf(sampleDocument('rates', cells)).map((map) => map.heading)).toEqual([
    'training.optimizer.learningRate = 0.01, network.init = {"kind":"small"}',
    'training.optimizer.learningRate = 0.001, network.init = {"kind":"small"}',
  ])
})

test('two cells in one place are refused, since one would be hidden', () => {
  const twice = sampleDocument('twice', [{ depth: 2, width: 2 }, { depth: 2, width: 2 }])
  expect(() => mapsOf(twice)).toThrow('two cells have depth 2 and width 2')
})

describe('the axes', () => {
  const rates = [0.01, 0.001, 0.1]
  const cells = rates.flatMap((rate) => ['float32', 'bfloat16'].map((precision) => ({ depth: 10, width: 2, axes: { rate, precision } })))

  test('are the two that vary where depth and width do not, numbers ascending and words in the order given', () => {
    const [map, ...others] = mapsOf(sampleDocument('rates', cells))
    expect(others).toEqual([])
    expect(map?.heading).toBe('depth = 10, width = 2')
    expect(map?.columns).toEqual({ name: 'rate', values: [0.001, 0.01, 0.1], labels: ['0.001', '0.01', '0.1'] })
    expect(map?.rows.values).toEqual(['float32', 'bfloat16'])
    expect(map?.cellAt(2, 1)?.axes).toEqual({ rate: 0.1, precision: 'bfloat16' })
    expect(map === undefined ? '' : placeText(map, 2, 1)).toBe('rate 0.1, precision bfloat16')
  })

  test('keep depth to the right and width upwards beside another parameter', () => {
    const deep = [2, 3].flatMap((depth) => rates.map((rate) => ({ depth, width: 2, axes: { rate } })))
    const wide = [2, 3].flatMap((width) => rates.map((rate) => ({ depth: 2, width, axes: { rate } })))
    const names = (document: typeof deep) =>
      mapsOf(sampleDocument('one shape', document)).map((map) => [map.columns.name, map.rows.name, map.heading])
    expect(names(deep)).toEqual([['depth', 'rate', 'width = 2']])
    expect(names(wide)).toEqual([['rate', 'width', 'depth = 2']])
  })

  test('can be named, and what remains makes one map each', () => {
    const maps = mapsOf(sampleDocument('named', cells), { columns: 'precision', rows: 'depth' })
    expect(maps.map(({ heading }) => heading)).toEqual(rates.map((rate) => `width = 2, rate = ${rate}`))
    expect(maps[0]?.columns.name).toBe('precision')
    expect(mapsOf(sampleDocument('half', cells), { rows: 'rate' })[0]?.columns.name).toBe('precision')
  })

  test('that the sweep does not have are refused with those it has', () => {
    const document = sampleDocument('refused', cells)
    expect(() => mapsOf(document, { columns: 'speed' })).toThrow('columns is "speed"; accepted: depth, width, rate, precision')
    expect(() => mapsOf(document, { columns: 'rate', rows: 'rate' })).toThrow('rows is "rate"; accepted: depth, width, precision')
  })

  test('label numbers with the digits that tell them apart', () => {
    expect(axisLabels([1e-5, 0.00031622776, 0.0031622776, 1000, 1e7])).toEqual(['1e-5', '3.16e-4', '0.00316', '1000', '1e7'])
    expect(axisLabels([0.10001, 0.10002])).toEqual(['0.10001', '0.10002'])
    expect(axisLabels([{ kind: 'small', std: 0.1 }, null, 'a\nb'])).toEqual(['small, std 0.1', 'null', 'a b'])
    expect(axisLabels([{ std: 0.1 }])).toEqual(['{"std":0.1}'])
  })
})
