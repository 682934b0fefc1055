import { describe, expect, it } from 'vitest'
import { arithmeticOf } from '../arithmetic/arithmetic.ts'
import { fillWords } from '../random/uniform.ts'
import type { NoiseSpec, Numerics } from '../trial.ts'
import { createOptimizer } from './index.ts'
import { noiseOfWord, withNoise } from './parameter-noise.ts'

/** One unit: parameters W, b, W, b. */
const shape = { sizes: [1, 1, 1], activation: { kind: 'relu' } } as const
const stream = { key: [0, 0], trial: 0 } as const

/** 2^24 r of the published answer for counter 0 and key 0, 6627e8d5 e169c58d bc57ac4c 9b00dbd8 (Random123, kat_vectors), by Python. */
const PUBLISHED = [-3387439, 12768139, 7909209, 3539383]

/** The parameters after updates of rate 1/2 from 1 with gradients 1. */
function updated(noise: Partial<NoiseSpec>, updates = 1, trial = 0, numerics: Numerics = 'ieee-f64/1'): number[] {
  const spec = { kind: 'relative', level: 0.25, parameters: 'all', ...noise } as const
  const arithmetic = arithmeticOf(numerics)
  const sgd = createOptimizer({ kind: 'sgd', learningRate: 0.5, momentum: 0 }, 4, arithmetic)
  const optimizer = withNoise(sgd, { spec, shape, stream: { ...stream, trial } }, arithmetic)
  const parameters = Float64Array.of(1, 1, 1, 1)
  for (let i = 0; i < updates; i++) optimizer.update(parameters, Float64Array.of(1, 1, 1, 1))
  return [...parameters]
}

describe('noiseOfWord', () => {
  it('takes the middle of one of 2^24 equal parts of (-1, 1), by the upper bits alone', () => {
    expect(noiseOfWord(0)).toBe(2 ** -24 - 1)
    expect(noiseOfWord(0xffffffff)).toBe(1 - 2 ** -24)
    expect([0x80000000, 0x800000ff, 0x80000100].map(noiseOfWord)).toEqual([2 ** -24, 2 ** -24, 3 * 2 ** -24])
    expect(noiseOfWord(0x7fffff00)).toBe(-(2 ** -24))
  })

  it('is a number of binary32, and so the same in every working type', () => {
    for (const word of [0, 0x100, 0x6627e8d5, 0x7fffffff, 0xffffffff]) expect(Math.fround(noiseOfWord(word))).toBe(noiseOfWord(word))
  })

  it('has mean 0 and variance 1/3, and no memory of its neighbours or of the update before', () => {
    // 2^18 draws of two updates each. Bounds at six standard deviations, five of them: 1e-8 for a false alarm.
    const count = 2 ** 18
    const [first, second] = [0, 1].map((tensor) => {
      const words = new Uint32Array(count)
      fillWords(words, count / 4, 0, { key: [1, 2], trial: 3, tensor })
      return Array.from(words, noiseOfWord)
    }) as [number[], number[]]
    const mean = (term: (r: number, i: number) => number) => first.reduce((sum, r, i) => sum + term(r, i), 0) / count
    const bound = (variance: number) => 6 * Math.sqrt(variance / count)
    expect(Math.abs(mean((r) => r))).toBeLessThan(bound(1 / 3))
    // the fourth moment is 1/5, so r^2 has the variance 1/5 - 1/9
    expect(Math.abs(mean((r) => r * r) - 1 / 3)).toBeLessThan(bound(4 / 45))
    expect(Math.abs(mean((r) => r ** 3))).toBeLessThan(bound(1 / 7))
    expect(Math.abs(mean((r, i) => r * first[(i + 1) % count]!))).toBeLessThan(bound(1 / 9))
    expect(Math.abs(mean((r, i) => r * second[i]!))).toBeLessThan(bound(1 / 9))
  })
})

describe('withNoise', () => {
  it('adds level r times the update, or level r, by hand', () => {
    // p' = 1/2, p' - p = -1/2
    expect(updated({ kind: 'relative' })).toEqual(PUBLISHED.map((n) => 0.5 - (0.125 * n) / 2 ** 24))
    expect(updated({ kind: 'absolute' })).toEqual(PUBLISHED.map((n) => 0.5 + (0.25 * n) / 2 ** 24))
  })

  it('perturbs the biases alone, by the numbers that they have among all parameters', () => {
    const all = updated({})
    expect(updated({ parameters: 'biases' })).toEqual([0.5, all[1], 0.5, all[3]])
  })

  it('draws anew for every update and every trial', () => {
    const words = new Uint32Array(4)
    fillWords(words, 1, 0, { ...stream, tensor: 1 })
    const once = updated({ kind: 'absolute' })
    expect(updated({ kind: 'absolute' }, 2)).toEqual(once.map((p, i) => p - 0.5 + 0.25 * noiseOfWord(words[i]!)))
    expect(updated({}, 1, 2 ** 32)).not.toEqual(updated({}))
  })

  it.each([
    // 1/2 + r/4 is a multiple of 2^-26, kept to 2^-24, 2^-11 and 2^-8 between 1/2 and 1
    ['ieee-f32/1', 24],
    ['f16/1', 11],
    ['bf16/1', 8],
  ] as const)('rounds to the format, once, in %s', (numerics, digits) => {
    const nearest = PUBLISHED.map((n) => Math.round((0.5 + (0.25 * n) / 2 ** 24) * 2 ** digits) / 2 ** digits)
    expect(updated({ kind: 'absolute' }, 1, 0, numerics).slice(1)).toEqual(nearest.slice(1))
  })

  it('leaves what does not move where it is, if it is relative', () => {
    const arithmetic = arithmeticOf('ieee-f32/1')
    const sgd = createOptimizer({ kind: 'sgd', learningRate: 0.5, momentum: 0 }, 4, arithmetic)
    const spec = { kind: 'relative', level: 1e6, parameters: 'all' } as const
    const parameters = Float64Array.of(1, -2, 3, 4)
    withNoise(sgd, { spec, shape, stream }, arithmetic).update(parameters, new Float64Array(4))
    expect([...parameters]).toEqual([1, -2, 3, 4])
  })
})
