import type { Parameters } from '../network.ts'

/** Reflected polynomial of CRC-32, IEEE 802.3. */
const POLYNOMIAL = 0xedb88320

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1
  return remainder
})

/** CRC-32 as in zlib: IEEE 802.3, reflected, an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff
  for (const byte of bytes) remainder = (TABLE[(remainder ^ byte) & 0xff] ?? 0) ^ (remainder >>> 8)
  return (remainder ^ 0xffffffff) >>> 0
}

/** CRC-32 of a network's parameters as little-endian bytes on any machine; a NaN counts as the canonical one. */
export function parametersChecksum(parameters: Parameters): number {
  const size = parameters.BYTES_PER_ELEMENT
  const bytes = new DataView(new ArrayBuffer(parameters.length * size))
  parameters.forEach((p: number, i: number) => {
    const value = Number.isNaN(p) ? Number.NaN : p
    if (size === 4) bytes.setFloat32(4 * i, value, true)
    else bytes.setFloat64(8 * i, value, true)
  })
  return crc32(new Uint8Array(bytes.buffer))
}
