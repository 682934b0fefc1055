import { describe, expect, it } from 'vitest'
import { targetOf, targets } from './index.ts'
import type { Target, TargetFunction } from './target.ts'

const kinds = Object.keys(targets) as (keyof typeof targets)[]

function valuesAt(target: TargetFunction, ...point: number[]): number[] {
  const into = new Float64Array(target.outputDim)
  target.evaluate(point, into)
  return [...into]
}

/** Midpoint quadrature: all values of each component on a grid of the default domain, [component][point]. */
function columns(target: Target): Float64Array[] {
  const side = target.inputDim === 1 ? 300_000 : 800
  const count = side ** target.inputDim
  const [low, high] = target.domain
  const at = (i: number) => low + ((high - low) * (i + 0.5)) / side
  const result = Array.from({ length: target.outputDim }, () => new Float64Array(count))
  const into = new Float64Array(target.outputDim)
  for (let i = 0; i < count; i++) {
    target.evaluate(target.inputDim === 1 ? [at(i)] : [at(Math.floor(i / side)), at(i % side)], into)
    result.forEach((column, j) => (column[i] = into[j]!))
  }
  return result
}

describe.each(kinds)('target %s', (kind) => {
  const target = targets[kind]
  const values = columns(target)

  it('is finite on its domain and at its ends', () => {
    for (const column of values) expect(column.every(Number.isFinite)).toBe(true)
    for (const end of target.domain) {
      expect(valuesAt(target, ...Array<number>(target.inputDim).fill(end)).every(Number.isFinite)).toBe(true)
    }
  })

  // Midpoint rule with step h: below h^2 max|f''| (b - a) / 24 where f is smooth, and so below 1e-8 on the line (kinks
  // and jumps lie on cell boundaries); in the plane the 800 cells on a diagonal each err by h / 3: 2e-6 in all.
  it('has the stated mean', () => {
    values.forEach((column, j) => {
      const mean = column.reduce((sum, y) => sum + y, 0) / column.length
      expect(Math.abs(mean - target.mean[j]!)).toBeLessThan(1e-5)
    })
  })

  // c is a median iff neither side of it has more than half of the mass. Shares are counted to about one grid line in
  // each of the few intervals (or one column of the plane), that is 1/800 at worst.
  it('has the stated medians and no others', () => {
    values.forEach((column, j) => {
      const [low, high] = target.medians[j]!
      const below = (c: number) => column.filter((y) => y < c).length / column.length
      const above = (c: number) => column.filter((y) => y > c).length / column.length
      for (const c of [low, (low + high) / 2, high]) {
        expect(below(c)).toBeLessThan(0.5 + 0.002)
        expect(above(c)).toBeLessThan(0.5 + 0.002)
      }
      expect(above(low - 0.02)).toBeGreaterThan(0.5 + 0.003)
      expect(below(high + 0.02)).toBeGreaterThan(0.5 + 0.003)
    })
  })
})

describe('targets', () => {
  it('have the values of their formulas', () => {
    expect(valuesAt(targets.abs, -1.5)).toEqual([1.5])
    expect(valuesAt(targets.square, -1.5)).toEqual([2.25])
    expect(valuesAt(targets['abs-2d'], 1, -3)).toEqual([2, 4])
    expect(valuesAt(targets['x-sin-5x'], 0.7)[0]).toBeCloseTo(0.7 * Math.sin(3.5), 15)
    expect(valuesAt(targets['step-sin'], 0.7)[0]).toBeCloseTo(1 + 0.2 * Math.sin(3.5), 15)
    expect(valuesAt(targets['step-sin'], -0.7)[0]).toBeCloseTo(-0.2 * Math.sin(3.5), 15)
  })

  it('put the point of the jump on its left side', () => {
    expect(valuesAt(targets['step-sin'], 0)).toEqual([0])
  })

  it('pass through the five points, exactly, and go on straight', () => {
    const values = [-1, -0.5, 0, 0.5, 1].map((x) => valuesAt(targets['five-points'], x)[0])
    expect(values).toEqual([0.4, -0.3, 0.5, -0.2, 0.6])
    expect(valuesAt(targets['five-points'], -0.75)[0]).toBeCloseTo(0.05, 15)
    expect(valuesAt(targets['five-points'], -1.25)[0]).toBeCloseTo(0.75, 15)
    expect(valuesAt(targets['five-points'], 1.25)[0]).toBeCloseTo(1, 15)
  })

  it('bend where the four units of condensation do', () => {
    const points = [-1, -0.3, -0.1, 0, 0.2, 0.4, 0.6, 0.8, 1]
    const expected = [0, 0, 0.4, 0.6, 0.8, 1, 0.9, 0.8, 0.8]
    points.forEach((x, i) => expect(valuesAt(targets.condensation, x)[0]).toBeCloseTo(expected[i]!, 15))
  })

  it('rise and fall as often as the sawtooth has teeth', () => {
    for (const teeth of [1, 3, 8]) {
      const target = targetOf({ target: 'sawtooth', inputDim: 1, teeth })
      const at = (halves: number) => valuesAt(target, halves / (2 * teeth))[0]!
      for (let half = 0; half <= 2 * teeth; half++) expect(at(half)).toBeCloseTo(half % 2, 14)
      expect(at(0.5)).toBeCloseTo(0.5, 14)
    }
    expect(targetOf({ target: 'sawtooth', inputDim: 1 }).evaluate).toBeTypeOf('function')
    for (const teeth of [0, 1.5, 40_000]) {
      expect(() => targetOf({ target: 'sawtooth', inputDim: 1, teeth })).toThrow(`invalid teeth ${teeth}: expected an integer`)
    }
  })

  it('are formulas where they are expressions', () => {
    const target = targetOf({ target: 'expression', inputDim: 2, expression: 'abs(x1 - x2) + x1^2' })
    expect(target).toMatchObject({ inputDim: 2, outputDim: 1, sampling: 'random' })
    expect(valuesAt(target, 3, 5)).toEqual([11])
    expect(() => targetOf({ target: 'expression', inputDim: 1 })).toThrow('expected a number')
  })
})
