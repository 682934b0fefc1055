import { describe, expect, it } from 'vitest'
import { storedIn } from './stored.ts'

describe('stored numbers', () => {
  const half = storedIn('f16/1')
  const brain = storedIn('bf16/1')

  // IEEE 754-2019, 3.6: binary16 has 11 significant bits, normal numbers 2^-14 .. 65504, subnormal ones in steps of 2^-24.
  it.each([
    [0.1, 0.0999755859375],
    [1 + 2 ** -11, 1], // ties to even
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [-65519, -65504],
    [65520, Infinity],
    [-1e10, -Infinity],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2 ** -23],
    [2 ** -14 - 2 ** -26, 2 ** -14],
    [-1e-10, -0],
    [-0, -0],
    [NaN, NaN],
  ])('%d is %d in binary16', (value, expected) => {
    expect(half(value)).toBe(expected)
  })

  // bfloat16: the sign, the 8 exponent bits and the upper 7 fraction bits of binary32.
  it.each([
    [0.1, 0.10009765625],
    [1 + 2 ** -8, 1],
    [1 + 3 * 2 ** -8, 1 + 2 ** -6],
    [3.4e38, Infinity],
    [-3.38e38, -254 * 2 ** 120],
    [2 ** -133, 2 ** -133],
    [2 ** -135, 0],
    [-0, -0],
    [-Infinity, -Infinity],
    [NaN, NaN],
  ])('%d is %d in bfloat16', (value, expected) => {
    expect(brain(value)).toBe(expected)
  })

  it('are rounded to binary32 first', () => {
    // 1 + 2^-11 + 2^-40 lies above the tie, 1 + 2^-11, to which binary32 rounds it.
    expect(half(1 + 2 ** -11 + 2 ** -40)).toBe(1)
    expect(storedIn('ieee-f32/1')(0.1)).toBe(Math.fround(0.1))
    expect(storedIn('ieee-f64/1')(0.1)).toBe(0.1)
  })

  it('of all numbers of binary16 are those numbers', () => {
    for (let word = 0; word < 0x7c00; word++) {
      const exponent = word >> 10
      const value = exponent === 0 ? word * 2 ** -24 : (1024 + (word & 1023)) * 2 ** (exponent - 25)
      expect(half(value)).toBe(value)
    }
  })
})
