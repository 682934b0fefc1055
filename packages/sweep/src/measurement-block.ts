import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { measurementSets } from '@collapsar/trial'
import type { ColumnArray, ColumnType, MeasurementColumn, MeasurementName, TrialSpec } from '@collapsar/trial'
import { BLOCK_TRIALS } from './block.ts'
import type { EncodedMeasurement, SetVersion } from './chunk.ts'
import { CollapsarError } from './errors.ts'

/** First byte of the data: how the rest is packed. The digest does not depend on it. */
const FORMAT = 1

const NUMBER_BYTES: Readonly<Record<ColumnType, number>> = { u8: 1, u16: 2, u32: 4, f32: 4 }

/** The sets by name, each in the version that this code measures. @throws RangeError for a name that is no set */
export function setVersions(names: readonly string[]): SetVersion[] {
  return names.map((name) => {
    const set = measurementSets[name as MeasurementName] as (typeof measurementSets)[MeasurementName] | undefined
    if (set === undefined) throw new RangeError(`invalid measurement set: ${name}; known are ${Object.keys(measurementSets).join(', ')}`)
    return { name: set.name, version: set.version }
  })
}

/** Bytes of one trial before packing. */
export function measurementBytes(columns: readonly MeasurementColumn[]): number {
  return columns.reduce((sum, { type, size }) => sum + NUMBER_BYTES[type] * size, 0)
}

/** What one set says of the trials of one block. */
export interface BlockMeasurement {
  readonly index: number
  readonly set: SetVersion
  /** [column][trial][number of the column], of exactly 100 trials */
  readonly values: readonly ColumnArray[]
}

/** What a set says of the trials of one cell, in the set's present version. */
export interface CellMeasurements {
  readonly set: SetVersion
  readonly columns: readonly MeasurementColumn[]
  /** Indices of the trials that were measured, ascending. */
  readonly trials: Float64Array
  /** [column][place in `trials`][number of the column] */
  readonly values: readonly ColumnArray[]
}

/**
 * Packs what a set says of one whole block. The digest covers the set's name and version and the unpacked columns: every
 * column in turn, [trial][number], little-endian, with one bit pattern for every NaN.
 * @throws RangeError when the values are not those that the set announces
 */
export function encodeMeasurement(spec: TrialSpec, { index, set, values }: BlockMeasurement): EncodedMeasurement {
  const columns = measurementSets[set.name].columns(spec)
  if (values.length !== columns.length) {
    throw new RangeError(`invalid measurement: ${values.length} columns; ${set.name} has ${columns.length}`)
  }
  const plain = new Uint8Array(BLOCK_TRIALS * measurementBytes(columns))
  let offset = 0
  columns.forEach((column, place) => {
    writeColumn(new DataView(plain.buffer, offset), column, values[place] ?? new Uint8Array())
    offset += columnBytes(column)
  })
  const packed = deflateRawSync(transposed(plain, columns, 'planes'))
  const data = new Uint8Array(1 + packed.length)
  data[0] = FORMAT
  data.set(packed, 1)
  return { index, set, data, digest: measurementDigest(set, plain) }
}

function columnBytes({ type, size }: MeasurementColumn): number {
  return BLOCK_TRIALS * NUMBER_BYTES[type] * size
}

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array } as const

function writeColumn(view: DataView, { name, type, size }: MeasurementColumn, values: ColumnArray): void {
  if (!(values instanceof ARRAYS[type]) || values.length !== BLOCK_TRIALS * size) {
    throw new RangeError(`invalid column ${name}: ${values.length} numbers as ${values.constructor.name}; expected ${BLOCK_TRIALS * size} as ${type}`)
  }
  values.forEach((value: number, i: number) => writeNumber(view, type, i, value))
}

const CANONICAL_NAN = 0x7fc00000

function writeNumber(view: DataView, type: ColumnType, i: number, value: number): void {
  if (type === 'u8') view.setUint8(i, value)
  else if (type === 'u16') view.setUint16(2 * i, value, true)
  else if (type === 'u32') view.setUint32(4 * i, value, true)
  else if (Number.isNaN(value)) view.setUint32(4 * i, CANONICAL_NAN, true)
  else view.setFloat32(4 * i, value, true)
}

function readNumber(view: DataView, type: ColumnType, i: number): number {
  if (type === 'u8') return view.getUint8(i)
  if (type === 'u16') return view.getUint16(2 * i, true)
  if (type === 'u32') return view.getUint32(4 * i, true)
  return view.getFloat32(4 * i, true)
}

/** SHA-256, 32 bytes. */
function measurementDigest({ name, version }: SetVersion, plain: Uint8Array): Uint8Array {
  return createHash('sha256').update(`collapsar measurement/${FORMAT} ${name}/${version}\n`).update(plain).digest()
}

/**
 * Every column from [trial][byte] to [byte][trial] (`planes`) or back: the first bytes of all trials, then the second ones, ...
 * compress by what the trials have in common.
 */
function transposed(bytes: Uint8Array, columns: readonly MeasurementColumn[], to: 'planes' | 'rows'): Uint8Array {
  const result = new Uint8Array(bytes.length)
  let offset = 0
  for (const column of columns) {
    const length = columnBytes(column)
    const width = length / BLOCK_TRIALS
    for (let i = 0; i < length; i += 1) {
      const row = Math.floor(i / width) + (i % width) * BLOCK_TRIALS
      if (to === 'planes') result[offset + row] = bytes[offset + i] ?? 0
      else result[offset + i] = bytes[offset + row] ?? 0
    }
    offset += length
  }
  return result
}

/**
 * What a stored block says of its 100 trials: [column][trial][number of the column].
 * @throws CollapsarError `damaged` when the data cannot be unpacked or differ from the digest
 */
export function decodeMeasurement(spec: TrialSpec, { set, data, digest }: Omit<EncodedMeasurement, 'index'>): ColumnArray[] {
  const columns = measurementSets[set.name].columns(spec)
  const plain = transposed(inflate(set, data, BLOCK_TRIALS * measurementBytes(columns)), columns, 'rows')
  if (Buffer.compare(measurementDigest(set, plain), digest) !== 0) {
    throw new CollapsarError('damaged', `The stored measurements "${set.name}" of a block do not match their digest.`)
  }
  let offset = 0
  return columns.map((column) => {
    const view = new DataView(plain.buffer, offset)
    offset += columnBytes(column)
    return new ARRAYS[column.type](BLOCK_TRIALS * column.size).map((_: number, i: number) => readNumber(view, column.type, i))
  })
}

function inflate({ name }: SetVersion, data: Uint8Array, length: number): Uint8Array {
  if (data[0] !== FORMAT) {
    throw new CollapsarError('damaged', `The stored measurements "${name}" have format ${data[0]}; this version reads ${FORMAT}.`)
  }
  try {
    // An empty set of columns unpacks to nothing, which zlib allows only with room for a byte.
    const plain = inflateRawSync(data.subarray(1), { maxOutputLength: Math.max(1, length) })
    if (plain.length === length) return plain
  } catch (cause) {
    throw new CollapsarError('damaged', `The stored measurements "${name}" of a block cannot be unpacked.`, { cause })
  }
  throw new CollapsarError('damaged', `The stored measurements "${name}" of a block do not unpack to ${length} bytes.`)
}
