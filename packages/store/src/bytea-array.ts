/**
 * A `bytea[]` parameter in the binary format of arrays (PostgreSQL sources, array_send): number of dimensions, whether a null is in it,
 * type of the elements; length and lower bound of the dimension; then each element with its length before it. The driver's own text
 * format takes two characters a byte, which both sides must write and read one by one.
 */
export function byteaArray(values: readonly Uint8Array[]): Buffer {
  const size = values.reduce((sum, value) => sum + 4 + value.length, HEADER_BYTES)
  const bytes = Buffer.allocUnsafe(size)
  let offset = 0
  for (const field of [1, 0, BYTEA_OID, values.length, 1]) offset = bytes.writeInt32BE(field, offset)
  for (const value of values) {
    offset = bytes.writeInt32BE(value.length, offset)
    bytes.set(value, offset)
    offset += value.length
  }
  return bytes
}

const HEADER_BYTES = 20
/** Of the type `bytea` (pg_type.dat); it has never changed. */
const BYTEA_OID = 17
