import { describe, expect, it } from 'vitest'
import { fillPhilox } from './philox.ts'
import { fillUniforms, uniformOfWords } from './uniform.ts'
import type { TensorStream } from './uniform.ts'

const stream: TensorStream = { key: [1, 2], trial: 5 * 2 ** 32 + 3, tensor: 4 }

function uniforms(count: number, of: TensorStream): Float64Array {
  const values = new Float64Array(count)
  fillUniforms(values, count, of)
  return values
}

describe('uniform numbers', () => {
  it('take 53 bits of two words, at the middle of their interval', () => {
    expect(uniformOfWords(0, 0)).toBe(2 ** -54)
    expect(uniformOfWords(0, 0xfff)).toBe(1.5 * 2 ** -53)
    expect(uniformOfWords(0x40000000, 0)).toBe(0.25 + 2 ** -54)
    expect(uniformOfWords(0xffffffff, 0xffffffff)).toBe(1)
  })

  it('take element e from words 2 (e mod 2) of block floor(e / 2), with the trial in the last two words', () => {
    const words = new Uint32Array(8)
    fillPhilox(words, 2, [0, 4, 3, 5], [1, 2])
    const expected = [0, 2, 4].map((w) => uniformOfWords(words[w]!, words[w + 1]!))
    expect([...uniforms(3, stream)]).toEqual(expected)
  })

  it('do not depend on how many are drawn', () => {
    const many = uniforms(2001, stream)
    for (const count of [1, 2, 511, 512, 513, 1024, 1025]) {
      expect(uniforms(count, stream)).toEqual(many.slice(0, count))
    }
  })

  it('leave the rest of the buffer alone', () => {
    const values = new Float64Array(4).fill(7)
    fillUniforms(values, 3, stream)
    expect(values[3]).toBe(7)
  })

  // Dvoretzky-Kiefer-Wolfowitz-Massart: P(sup |F_n - F| > e) <= 2 exp(-2 n e^2). With e chosen for 1e-6 a correct
  // generator fails with probability at most 1e-6, for this seed decided once.
  it('are uniform: Kolmogorov distance of 100,000 within the 1e-6 bound', () => {
    const count = 100_000
    const sorted = uniforms(count, stream).toSorted()
    const distance = sorted.reduce((d, u, i) => Math.max(d, Math.abs(u - i / count), Math.abs(u - (i + 1) / count)), 0)
    expect(distance).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * count)))
  })
})
