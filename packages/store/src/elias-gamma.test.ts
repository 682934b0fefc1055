import { describe, expect, it } from 'vitest'
import { BitReader, BitWriter } from './elias-gamma.ts'

describe('Elias gamma codes', () => {
  it('are those of the paper: 1 is "1", 2 "010", 5 "00101"', () => {
    const writer = new BitWriter()
    for (const value of [1, 2, 5]) writer.write(value)
    // 1 010 00101 and seven zeros to fill up.
    expect([...writer.bytes()]).toEqual([0b10100010, 0b10000000])
  })

  it('give back every integer up to 2^53 - 1', () => {
    const values = [1, 2, 3, 4, 127, 128, 65_535, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER]
    const writer = new BitWriter()
    for (const value of values) writer.write(value)
    const reader = new BitReader(writer.bytes())
    expect(values.map(() => reader.read())).toEqual(values)
  })

  it('exist for whole numbers from 1 on only', () => {
    for (const value of [0, -1, 1.5, NaN, 2 ** 53]) {
      expect(() => new BitWriter().write(value)).toThrow(RangeError)
    }
  })

  it('are damaged when they end too early or are longer than any that was written', () => {
    expect(() => new BitReader(Uint8Array.of(0b00100000).subarray(0, 0)).read()).toThrow('ends too early')
    expect(() => new BitReader(Uint8Array.of(0)).read()).toThrow('ends too early')
    expect(() => new BitReader(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0)).read()).toThrow('impossible count')
  })
})
