import zlib from 'node:zlib'
import type { Parameters } from '../network.ts'

/** Reflected polynomial of CRC-32, IEEE 802.3. */
const POLYNOMIAL = 0xedb88320

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1
  return remainder
})

/** Node's own from 20.15 and 22.2 on. */
const native: ((bytes: Uint8Array) => number) | undefined = zlib.crc32

/** CRC-32 as in zlib: IEEE 802.3, reflected, an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array): number {
  return native === undefined ? tabledCrc32(bytes) : native(bytes)
}

/** The same where Node has none. */
export function tabledCrc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff
  for (const byte of bytes) remainder = (TABLE[(remainder ^ byte) & 0xff] ?? 0) ^ (remainder >>> 8)
  return (remainder ^ 0xffffffff) >>> 0
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * CRC-32 of a network's parameters as little-endian bytes on any machine; a NaN counts as the canonical one.
 * @param first number of its first parameter in the array, and how many there are; all by default
 */
export function parametersChecksum(parameters: Parameters, first = 0, count = parameters.length - first): number {
  if (IS_LITTLE_ENDIAN && !hasNan(parameters, first, count)) {
    const size = parameters.BYTES_PER_ELEMENT
    return crc32(new Uint8Array(parameters.buffer, parameters.byteOffset + size * first, size * count))
  }
  return canonicalChecksum(parameters.subarray(first, first + count))
}

function hasNan(parameters: Parameters, first: number, count: number): boolean {
  for (let i = first; i < first + count; i++) if (Number.isNaN(parameters[i])) return true
  return false
}

function canonicalChecksum(parameters: Parameters): number {
  const size = parameters.BYTES_PER_ELEMENT
  const bytes = new DataView(new ArrayBuffer(parameters.length * size))
  parameters.forEach((p: number, i: number) => {
    const value = Number.isNaN(p) ? Number.NaN : p
    if (size === 4) bytes.setFloat32(4 * i, value, true)
    else bytes.setFloat64(8 * i, value, true)
  })
  return crc32(new Uint8Array(bytes.buffer))
}
