import { describe, expect, it } from 'vitest'
import { fillUniforms } from '../random/uniform.ts'
import { chao1, distinctFunctions } from './distinct-functions.ts'

describe('distinctFunctions', () => {
  it('lets trials join the first function within the tolerance, in their order', () => {
    // on two places, tolerance 1: 0.9 joins 0, 1.8 is too far from 0 although it is near 0.9, and 1 is within 1 of both: the first wins
    const values = Float64Array.of(0, 0, 0.9, 0, 1.8, 0, 1, 0, 0, 5)
    expect(distinctFunctions(values, 2, 1)).toEqual({ count: 3, representatives: [0, 2, 4], members: [3, 1, 1], chao1: 3 + 1 })
  })

  it('takes a difference of exactly the tolerance for the same, and looks at every place', () => {
    expect(distinctFunctions(Float32Array.of(0, 0, 0.5, -0.5), 2, 0.5).count).toBe(1)
    expect(distinctFunctions(Float32Array.of(0, 0, 0, 0.75), 2, 0.5).count).toBe(2)
  })

  it('leaves diverged trials out', () => {
    const values = Float32Array.of(Number.NaN, Number.NaN, 1, 1, Number.POSITIVE_INFINITY, 1)
    expect(distinctFunctions(values, 2, 0.1)).toMatchObject({ count: 1, representatives: [1] })
    expect(distinctFunctions(values.subarray(0, 2), 2, 0.1)).toEqual({ count: 0, representatives: [], members: [], chao1: 0 })
  })

  it('finds what a search through all leaders finds', () => {
    for (let trial = 0; trial < 50; trial += 1) {
      const [rows, places, tolerance] = [60, 3, 0.3]
      const values = new Float64Array(rows * places)
      fillUniforms(values, values.length, { key: [29, 31], trial, tensor: 0 })
      const leaders: number[] = []
      const members: number[] = []
      for (let row = 0; row < rows; row += 1) {
        const f = leaders.findIndex((leader) =>
          [0, 1, 2].every((k) => Math.abs(values[leader * places + k]! - values[row * places + k]!) <= tolerance),
        )
        if (f < 0) leaders.push(row)
        members[f < 0 ? leaders.length - 1 : f] = f < 0 ? 1 : members[f]! + 1
      }
      expect(distinctFunctions(values, places, tolerance)).toMatchObject({ representatives: leaders, members })
      expect(leaders.length).toBeGreaterThan(5)
    }
  })

  it('refuses a tolerance that joins nothing, and rows that do not fit', () => {
    expect(() => distinctFunctions(Float64Array.of(1, 2), 2, 0)).toThrow('invalid tolerance 0')
    expect(() => distinctFunctions(Float64Array.of(1, 2, 3), 2, 1)).toThrow('invalid values: 3 numbers, not a multiple of 2')
  })
})

describe('chao1', () => {
  it('estimates the kinds in a sample of known frequencies', () => {
    // 7 kinds, three seen once and two seen twice: 7 + 9 / 4
    expect(chao1([1, 1, 1, 2, 2, 10, 30])).toBe(9.25)
  })

  it('has a form for no kind seen twice, and adds nothing when all kinds were seen often', () => {
    expect(chao1([1, 1, 1, 1, 5])).toBe(5 + 6)
    expect(chao1([3, 4])).toBe(2)
    expect(chao1([])).toBe(0)
  })
})
