import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { measurementSets } from '@collapsar/trial'
import type { ColumnArray, TrialSpec } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { trialSpec } from '../../../test/support/blocks.ts'
import { decodeMeasurement, encodeMeasurement, measurementBytes, setVersions } from './measurement-block.ts'

const spec: TrialSpec = trialSpec(1)
const set = { name: 'facts', version: measurementSets.facts.version } as const
const columns = measurementSets.facts.columns(spec)
const trials = Array.from({ length: 100 }, (_, i) => i)
/** Of one trial. */
const BYTES = columns.reduce((sum, { type, size }) => sum + size * (type === 'u8' ? 1 : 4), 0)

/** The set begins with the two counts and the ends of the range; what follows is numbered. */
function facts(): [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>, Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>, ...ColumnArray[]] {
  expect(columns.slice(0, 4).map(({ name, type }) => `${name} ${type}`)).toEqual(['deadPoints u32', 'endStep u32', 'outputMin f32', 'outputMax f32'])
  return [
    Uint32Array.from(trials),
    Uint32Array.from(trials, (trial) => 4_000_000_000 + trial),
    Float32Array.from(trials, (trial) => trial / 3),
    Float32Array.from(trials, (trial) => (trial === 7 ? NaN : -trial)),
    ...columns.slice(4).map(({ type }) => (type === 'f32' ? Float32Array.from(trials) : Uint8Array.from(trials))),
  ]
}

const encode = (values: readonly ColumnArray[]) => encodeMeasurement(spec, { index: 5, set, values })

describe('measurements of a block', () => {
  it('are read as they were written', () => {
    const encoded = encode(facts())
    expect(encoded).toMatchObject({ index: 5, set })
    expect(decodeMeasurement(spec, encoded)).toEqual(facts())
  })

  it('have the digest of their little-endian columns, one after the other, under the name of their set', () => {
    const plain = Buffer.alloc(BYTES * 100)
    for (const trial of trials) {
      plain.writeUInt32LE(trial, 4 * trial)
      plain.writeUInt32LE(4_000_000_000 + trial, 400 + 4 * trial)
      plain.writeFloatLE(Math.fround(trial / 3), 800 + 4 * trial)
      if (trial === 7) plain.writeUInt32LE(0x7fc00000, 1200 + 4 * trial)
      else plain.writeFloatLE(-trial, 1200 + 4 * trial)
    }
    let offset = 1600
    for (const { type } of columns.slice(4)) {
      for (const trial of trials) offset = type === 'f32' ? plain.writeFloatLE(trial, offset) : plain.writeUInt8(trial, offset)
    }
    const digest = createHash('sha256').update(`collapsar measurement/1 facts/${set.version}\n`).update(plain).digest()
    expect(Buffer.from(encode(facts()).digest).equals(digest)).toBe(true)
  })

  it('have one digest for every bit pattern of NaN, and another for another number', () => {
    const values = facts()
    new Uint32Array(values[3].buffer)[7] = 0xffc12345
    expect(encode(values).digest).toEqual(encode(facts()).digest)
    values[0][99] = 100
    expect(encode(values).digest).not.toEqual(encode(facts()).digest)
  })

  it('take the bytes that the set announces', () => {
    expect(measurementBytes([{ name: 'a', type: 'u8', size: 3, meaning: '' }, { name: 'b', type: 'u16', size: 2, meaning: '' }])).toBe(7)
    expect(measurementBytes([{ name: 'a', type: 'u32', size: 1, meaning: '' }, { name: 'b', type: 'f32', size: 5, meaning: '' }])).toBe(24)
  })

  it.each([
    ['a column too few', facts().slice(1), `invalid measurement: ${columns.length - 1} columns; facts has ${columns.length}`],
    ['a number too few', facts().with(3, new Float32Array(99)), 'invalid column outputMax: 99 numbers as Float32Array; expected 100 as f32'],
    ['another type', [new Uint8Array(100), ...facts().slice(1)], 'invalid column deadPoints: 100 numbers as Uint8Array; expected 100 as u32'],
  ])('are refused with %s', (_, values, message) => {
    expect(() => encode(values)).toThrow(message)
  })

  it.each([
    ['another format', (data: Uint8Array) => data.with(0, 9), 'have format 9; this version reads 1'],
    ['a flipped bit', (data: Uint8Array) => data.with(300, data[300]! ^ 1), '"facts" of a block'],
    ['half of their bytes', (data: Uint8Array) => data.subarray(0, data.length / 2), 'cannot be unpacked'],
    ['fewer numbers', () => Uint8Array.from([1, ...deflateRawSync(new Uint8Array(100 * BYTES - 4))]), `do not unpack to ${100 * BYTES} bytes`],
    ['more numbers', () => Uint8Array.from([1, ...deflateRawSync(new Uint8Array(100 * BYTES + 4))]), 'cannot be unpacked'],
    ['others', () => encode([new Uint32Array(100), ...facts().slice(1)]).data, 'do not match their digest'],
  ])('are damaged with %s', (_, damage, message) => {
    const encoded = encode(facts())
    expect(() => decodeMeasurement(spec, { ...encoded, data: damage(encoded.data) })).toThrow(message)
  })

  it('are damaged under the name of another version', () => {
    expect(() => decodeMeasurement(spec, { ...encode(facts()), set: { name: 'facts', version: set.version + 1 } })).toThrow('do not match')
  })
})

it('names an unknown set and those there are', () => {
  expect(setVersions(['facts'])).toEqual([set])
  expect(() => setVersions(['moods'])).toThrow(/invalid measurement set: moods; known are .*facts/)
})
