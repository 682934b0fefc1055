import { describe, expect, it } from 'vitest'
import { cosTurns, log, sinTurns } from './elementary.ts'
import { fillNormals } from './normal.ts'
import { fillUniforms } from './uniform.ts'
import type { TensorStream } from './uniform.ts'

const stream: TensorStream = { key: [11, 12], trial: 1, tensor: 2 }

function normals(count: number): Float64Array {
  const values = new Float64Array(count)
  fillNormals(values, count, stream)
  return values
}

/** Normal distribution function by its Taylor series (G. Marsaglia, J. Stat. Softw. 11(4), 2004). */
function normalCdf(x: number): number {
  let sum = x
  let term = x
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.9189385332046727)
}

describe('normal numbers', () => {
  it('are Box-Muller pairs of the uniform numbers of the same stream, to the bit', () => {
    const uniforms = new Float64Array(2000)
    fillUniforms(uniforms, 2000, stream)
    const expected = Float64Array.from({ length: 2000 }, (_, i) => {
      const radius = Math.sqrt(-2 * log(uniforms[i - (i % 2)]!))
      const turns = uniforms[i - (i % 2) + 1]!
      return radius * (i % 2 === 0 ? cosTurns(turns) : sinTurns(turns))
    })
    expect(normals(2000)).toEqual(expected)
  })

  it('do not depend on how many are drawn', () => {
    const many = normals(2001)
    for (const count of [1, 2, 511, 512, 513, 1025]) expect(normals(count)).toEqual(many.slice(0, count))
  })

  // As for the uniform numbers: a correct generator fails with probability at most 1e-6.
  it('are normal: Kolmogorov distance of 100,000 within the 1e-6 bound', () => {
    const count = 100_000
    const sorted = normals(count).toSorted()
    const distance = sorted.reduce((d, z, i) => {
      const p = normalCdf(z)
      return Math.max(d, Math.abs(p - i / count), Math.abs(p - (i + 1) / count))
    }, 0)
    expect(distance).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * count)))
  })

  // The two of a pair are independent: z0 z1 has mean 0 and variance 1, and for 0 < t <= 1 its exponential moment is
  // E exp(t z0 z1) = (1 - t^2)^(-1/2), so P(mean of m > a) <= exp(-m (t a + log(1 - t^2) / 2)); a = 0.025, t = a,
  // m = 50,000 gives 1.6e-7 a side.
  it('are uncorrelated within a pair', () => {
    const values = normals(100_000)
    let sum = 0
    for (let i = 0; i < values.length; i += 2) sum += values[i]! * values[i + 1]!
    expect(Math.abs(sum / 50_000)).toBeLessThan(0.025)
  })
})
