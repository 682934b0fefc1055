import { decodeBlock } from './block.ts'
import type { EncodedBlock } from './chunk.ts'
import { CollapsarError } from './errors.ts'
import { tallyOf } from './tally.ts'

/** A block as text, in files and requests. Its counts are not sent: who receives it counts the records itself. */
export interface WireBlock {
  /** Number of the block in its cell. */
  readonly block: number
  /** SHA-256 over the unpacked columns, 64 hexadecimal digits. */
  readonly digest: string
  /** Packed columns of 100 records, base64. */
  readonly columns: string
}

export function wireBlock({ index, digest, columns }: EncodedBlock): WireBlock {
  return { block: index, digest: Buffer.from(digest).toString('hex'), columns: Buffer.from(columns).toString('base64') }
}

/** The unpacked columns have 2,000 bytes; what cannot be packed is stored with a few bytes more. */
export const MAXIMUM_COLUMNS_BYTES = 2100

/**
 * The block that was sent, counted anew from its records.
 * @throws CollapsarError `invalid-file` when its columns cannot be unpacked or differ from its digest
 */
export function encodedBlock({ block, digest, columns }: WireBlock): EncodedBlock {
  const bytes = new Uint8Array(Buffer.from(columns, 'base64'))
  const digestBytes = new Uint8Array(Buffer.from(digest, 'hex'))
  try {
    return { index: block, columns: bytes, digest: digestBytes, tally: tallyOf(decodeBlock(bytes, digestBytes)) }
  } catch (cause) {
    if (!(cause instanceof CollapsarError)) throw cause
    throw new CollapsarError('invalid-file', `Block ${block} cannot be taken: ${cause.message}`, { cause })
  }
}
