import { describe, expect, it } from 'vitest'
import { fillPhilox } from './philox.ts'
import type { PhiloxCounter, StreamKey } from './philox.ts'

const ONES = 0xffffffff

function block(counter: PhiloxCounter, key: StreamKey): number[] {
  const words = new Uint32Array(4)
  fillPhilox(words, 1, counter, key)
  return [...words]
}

/** The definition with BigInt products, written independently of the fast form. */
function plainPhilox(counter: PhiloxCounter, key: StreamKey): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  for (let round = 0; round < 10; round++) {
    const a = 0xd2511f53n * c0
    const b = 0xcd9e8d57n * c2
    ;[c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & 0xffffffffn, (a >> 32n) ^ c3 ^ k1, a & 0xffffffffn]
    k0 = (k0 + 0x9e3779b9n) & 0xffffffffn
    k1 = (k1 + 0xbb67ae85n) & 0xffffffffn
  }
  return [c0, c1, c2, c3].map(Number)
}

describe('philox4x32-10', () => {
  // The first three are the published vectors of Random123 (kat_vectors, "philox4x32 10"); the last was computed with
  // Python integers.
  it.each<[string, PhiloxCounter, StreamKey, number[]]>([
    ['zeros', [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    ['ones', [ONES, ONES, ONES, ONES], [ONES, ONES], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [
      'digits of pi',
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
    ['small integers', [1, 2, 3, 4], [5, 6], [0xc0c839bc, 0x889c87c5, 0x61986739, 0x2d4623d0]],
  ])('gives the known answer for %s', (_name, counter, key, expected) => {
    expect(block(counter, key)).toEqual(expected)
  })

  it('equals the definition with BigInt products on 2,000 consecutive counters', () => {
    const key: StreamKey = [0x12345678, 0x9abcdef0]
    const words = new Uint32Array(4 * 2000)
    fillPhilox(words, 2000, [0xfffffc00, 7, 8, 9], key)
    for (let i = 0; i < 2000; i++) {
      const counter: PhiloxCounter = [(0xfffffc00 + i) % 2 ** 32, 7, 8, 9]
      expect([...words.subarray(4 * i, 4 * i + 4)]).toEqual(plainPhilox(counter, key))
    }
  })
})
