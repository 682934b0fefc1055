import { createHash } from 'node:crypto'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { allocateColumns, OUTCOMES, putRecord } from '@collapsar/trial'
import type { RecordColumns, TrialRecord } from '@collapsar/trial'
import type { EncodedBlock } from './chunk.ts'
import { CollapsarError } from './errors.ts'
import { tallyOfColumns } from './tally.ts'

/** Consecutive trials of a cell that are trained, stored and counted together: block b is [100 b, 100 b + 100). */
export const BLOCK_TRIALS = 100

/** Bytes of one trial in the unpacked columns. */
const RECORD_BYTES = 20
const FORMAT = 1

/**
 * What repeats in the planes of a block are runs of one byte: looking for those alone takes under half the time of a full
 * search, for 1% more bytes. A small window and buffer are quicker to set up.
 */
const DEFLATE = { strategy: constants.Z_RLE, windowBits: 9, memLevel: 5, chunkSize: 2048 }

/** Byte offset of each column in the unpacked block; every column holds BLOCK_TRIALS little-endian values. */
const COLUMNS = {
  outcome: 0, // u8, index into OUTCOMES
  deadLayer: 1, // u8
  deathCheck: 2, // u16
  loss: 4, // f32
  value: 8, // f32
  pieces: 12, // u32
  checksum: 16, // u32
} as const

/**
 * Packs the records of one whole block. The digest covers the unpacked columns, so it depends on the records alone
 * and not on how they are compressed.
 */
export function encodeBlock(index: number, records: readonly TrialRecord[]): EncodedBlock {
  const columns = allocateColumns(records.length)
  records.forEach((record, trial) => putRecord(columns, trial, record))
  return encodeColumns(index, columns)
}

/**
 * The same from columns, without an object for each trial.
 * @param first place in them of the block's first trial
 * @throws RangeError where the columns end before the block does
 */
export function encodeColumns(index: number, records: RecordColumns, first = 0): EncodedBlock {
  const block = columnsOfBlock(records, first)
  const trials = block.outcome.length
  if (trials !== BLOCK_TRIALS) throw new RangeError(`invalid block: ${trials} records; a block holds ${BLOCK_TRIALS}`)
  const plain = unpackedColumns(block)
  const packed = deflateRawSync(bytePlanes(plain), DEFLATE)
  const columns = new Uint8Array(1 + packed.length)
  columns[0] = FORMAT
  columns.set(packed, 1)
  return { index, columns, digest: blockDigest(plain), tally: tallyOfColumns(block) }
}

function columnsOfBlock({ outcome, deadLayer, deathCheck, loss, value, pieces, checksum }: RecordColumns, first: number): RecordColumns {
  const end = first + BLOCK_TRIALS
  return {
    outcome: outcome.subarray(first, end),
    deadLayer: deadLayer.subarray(first, end),
    deathCheck: deathCheck.subarray(first, end),
    loss: loss.subarray(first, end),
    value: value.subarray(first, end),
    pieces: pieces.subarray(first, end),
    checksum: checksum.subarray(first, end),
  }
}

function unpackedColumns({ outcome, deadLayer, deathCheck, loss, value, pieces, checksum }: RecordColumns): Uint8Array {
  const plain = new Uint8Array(RECORD_BYTES * BLOCK_TRIALS)
  const view = new DataView(plain.buffer)
  plain.set(outcome, COLUMNS.outcome * BLOCK_TRIALS)
  plain.set(deadLayer, COLUMNS.deadLayer * BLOCK_TRIALS)
  deathCheck.forEach((check, trial) => view.setUint16(COLUMNS.deathCheck * BLOCK_TRIALS + 2 * trial, check, true))
  loss.forEach((number, trial) => setFloat(view, COLUMNS.loss * BLOCK_TRIALS + 4 * trial, number))
  value.forEach((number, trial) => setFloat(view, COLUMNS.value * BLOCK_TRIALS + 4 * trial, number))
  pieces.forEach((count, trial) => view.setUint32(COLUMNS.pieces * BLOCK_TRIALS + 4 * trial, count, true))
  checksum.forEach((sum, trial) => view.setUint32(COLUMNS.checksum * BLOCK_TRIALS + 4 * trial, sum, true))
  return plain
}

const CANONICAL_NAN = 0x7fc00000

/** A NaN has many bit patterns; records have one. */
function setFloat(view: DataView, offset: number, value: number): void {
  if (Number.isNaN(value)) view.setUint32(offset, CANONICAL_NAN, true)
  else view.setFloat32(offset, value, true)
}

/** SHA-256 of a block's unpacked columns, 32 bytes. */
function blockDigest(plain: Uint8Array): Uint8Array {
  return createHash('sha256').update(`collapsar block/${FORMAT}\n`).update(plain).digest()
}

/** Groups the first, second, ... bytes of each 2- or 4-byte column: floats then compress by their exponents. */
function bytePlanes(plain: Uint8Array): Uint8Array {
  const planes = new Uint8Array(plain.length)
  for (let plane = 0; plane < planes.length; plane += 1) planes[plane] = plain[COLUMN_BYTE_OF_PLANE[plane] ?? 0] ?? 0
  return planes
}

function fromBytePlanes(planes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(planes.length)
  for (let plane = 0; plane < planes.length; plane += 1) plain[COLUMN_BYTE_OF_PLANE[plane] ?? 0] = planes[plane] ?? 0
  return plain
}

const COLUMN_SIZES = [1, 1, 2, 4, 4, 4, 4] as const

/** Where the byte stands in the columns that stands at [byte of the planes]. */
const COLUMN_BYTE_OF_PLANE = planeOrder()

function planeOrder(): Uint16Array {
  const order: number[] = []
  for (const size of COLUMN_SIZES) {
    const start = order.length
    for (let byte = 0; byte < size; byte += 1) {
      for (let trial = 0; trial < BLOCK_TRIALS; trial += 1) order.push(start + trial * size + byte)
    }
  }
  return Uint16Array.from(order)
}

/**
 * The 100 records of a stored block.
 * @throws CollapsarError `damaged` when the columns cannot be unpacked or differ from the digest.
 */
export function decodeBlock(columns: Uint8Array, digest: Uint8Array): TrialRecord[] {
  const plain = inflateColumns(columns)
  if (Buffer.compare(blockDigest(plain), digest) !== 0) {
    throw new CollapsarError('damaged', 'The columns of a stored block do not match its digest.')
  }
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength)
  const at = (column: keyof typeof COLUMNS, size: number, trial: number) =>
    COLUMNS[column] * BLOCK_TRIALS + size * trial
  return Array.from({ length: BLOCK_TRIALS }, (_, trial) => ({
    outcome: outcomeOf(view.getUint8(at('outcome', 1, trial))),
    deadLayer: view.getUint8(at('deadLayer', 1, trial)),
    deathCheck: view.getUint16(at('deathCheck', 2, trial), true),
    loss: view.getFloat32(at('loss', 4, trial), true),
    value: view.getFloat32(at('value', 4, trial), true),
    pieces: view.getUint32(at('pieces', 4, trial), true),
    checksum: view.getUint32(at('checksum', 4, trial), true),
  }))
}

function inflateColumns(columns: Uint8Array): Uint8Array {
  if (columns[0] !== FORMAT) {
    throw new CollapsarError('damaged', `A stored block has format ${columns[0]}; this version reads ${FORMAT}.`)
  }
  const length = RECORD_BYTES * BLOCK_TRIALS
  try {
    const planes = inflateRawSync(columns.subarray(1), { maxOutputLength: length })
    if (planes.length === length) return fromBytePlanes(planes)
  } catch (cause) {
    throw new CollapsarError('damaged', 'The columns of a stored block cannot be unpacked.', { cause })
  }
  throw new CollapsarError('damaged', `The columns of a stored block do not unpack to ${length} bytes.`)
}

function outcomeOf(code: number): TrialRecord['outcome'] {
  const outcome = OUTCOMES[code]
  if (outcome === undefined) {
    throw new CollapsarError('damaged', `A stored block has outcome ${code}; known are 0 to ${OUTCOMES.length - 1}.`)
  }
  return outcome
}

const DIGEST_BYTES = 32

/** SHA-256 over the digests of a cell's blocks in order, hexadecimal; a gap (null) counts as 32 zero bytes. */
export function cellDigest(digests: readonly (Uint8Array | null)[]): string {
  const hash = createHash('sha256')
  for (const digest of digests) hash.update(digest ?? new Uint8Array(DIGEST_BYTES))
  return hash.digest('hex')
}
