import { describe, expect, it } from 'vitest'
import { crc32, parametersChecksum, tabledCrc32 } from './checksum.ts'

describe('crc32', () => {
  it('gives the catalogued check value cbf43926 for the digits 1 to 9', () => {
    // CRC RevEng catalogue, CRC-32/ISO-HDLC
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
    expect(tabledCrc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(tabledCrc32(new Uint8Array(0))).toBe(0)
  })
})

describe('parametersChecksum', () => {
  it('takes the little-endian bytes of the working type', () => {
    // 1 is 3f800000 and 3ff0000000000000
    expect(parametersChecksum(Float32Array.of(1))).toBe(crc32(Uint8Array.of(0, 0, 0x80, 0x3f)))
    expect(parametersChecksum(Float64Array.of(1))).toBe(crc32(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf0, 0x3f)))
  })

  it('takes one network of several', () => {
    const several = Float32Array.of(4, 5, 6, 7)
    expect(parametersChecksum(several, 1, 2)).toBe(parametersChecksum(Float32Array.of(5, 6)))
    expect(parametersChecksum(several.subarray(1), 1, 2)).toBe(parametersChecksum(Float32Array.of(6, 7)))
    expect(parametersChecksum(Float32Array.of(1, NaN, 2), 1)).toBe(parametersChecksum(Float32Array.of(NaN, 2)))
  })

  it('tells apart networks that differ in one bit, the sign of a zero included', () => {
    expect(parametersChecksum(Float32Array.of(0))).not.toBe(parametersChecksum(Float32Array.of(-0)))
    expect(parametersChecksum(Float32Array.of(1))).not.toBe(parametersChecksum(Float32Array.of(1 + 2 ** -23)))
  })

  it('counts every NaN as the canonical one', () => {
    const nan = new Float32Array(Uint32Array.of(0xffc00001).buffer)
    expect(parametersChecksum(nan)).toBe(crc32(Uint8Array.of(0, 0, 0xc0, 0x7f)))
  })
})
