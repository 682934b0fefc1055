import { describe, expect, test } from 'vitest'
import { scaleOf } from './scale.ts'
import type { Axis } from './scale.ts'

function scale(axis: Partial<Axis>, values: readonly (number | null)[]) {
  return scaleOf({ label: 'x', ...axis }, { values, range: [0, 100], count: 5 })
}

describe('a scale', () => {
  test('places the ends of a linear axis at the ends of its range', () => {
    const linear = scale({ from: 10, to: 20 }, [])
    expect([10, 12.5, 20].map((value) => linear.place(value))).toEqual([0, 25, 100])
    expect([9, 10, 20, 21].map((value) => linear.isBeyond(value))).toEqual([true, false, false, true])
  })

  test('places powers of ten evenly on a logarithmic axis', () => {
    const log = scale({ scale: 'log', from: 0.01, to: 100 }, [])
    expect([0.01, 0.1, 1, 10, 100].map((value) => log.place(value))).toEqual([0, 25, 50, 75, 100].map((place) => expect.closeTo(place, 9)))
  })

  test('has no place for what is not finite', () => {
    expect([Number.NaN, Infinity, -Infinity].map((value) => scale({}, [1, 2]).place(value))).toEqual([null, null, null])
  })

  test('pins zero and less to the lower end of a logarithmic axis, and leaves them out of its extent', () => {
    const log = scale({ scale: 'log' }, [0, -5, 1, 100])
    expect([0, -5].map((value) => [log.place(value), log.isPinned(value), log.isBeyond(value)])).toEqual([[0, true, false], [0, true, false]])
    expect(log.place(1)).toBeCloseTo((100 * 0.04) / 1.08, 9)
  })

  test.each<[string, Partial<Axis>, readonly (number | null)[]]>([
    ['no value', {}, []],
    ['nothing finite', { scale: 'log' }, [Number.NaN, null, 0, -1]],
    ['one value', {}, [7]],
    ['one value on a logarithmic axis', { scale: 'log' }, [1e-12]],
    ['zero alone', {}, [0, 0]],
    ['an end beyond all values', { from: 50 }, [1, 2]],
    ['an end below all values', { scale: 'log', to: 1e-3 }, [1, 2]],
    ['huge values', {}, [-1e300, 1e300]],
  ])('has an axis with ticks for %s', (_, axis, values) => {
    const { ticks, place } = scale(axis, values)
    expect(ticks.length).toBeGreaterThan(1)
    const places = ticks.map(({ value }) => place(value)!)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.min(...places)).toBeGreaterThanOrEqual(-1e-6)
    expect(Math.max(...places)).toBeLessThanOrEqual(100 + 1e-6)
  })

  test('refuses ends that are none', () => {
    expect(() => scale({ from: Number.NaN }, [])).toThrow('invalid from of the axis "x": NaN (accepted: a number)')
    expect(() => scale({ scale: 'log', from: 0 }, [])).toThrow('invalid from of the axis "x": 0 (accepted: a positive number)')
    expect(() => scale({ from: 2, to: 1 }, [])).toThrow('invalid axis "x": from 2 is not below to 1')
  })
})
