import { describe, expect, it } from 'vitest'
import { pointsKey, streamKey } from './stream-key.ts'

const cell = { seed: 0, inputDim: 1, depth: 3, width: 2 }

describe('stream key', () => {
  // Computed with Python's hashlib and struct.unpack('<II').
  it('is the first 8 bytes of the SHA-256 of its name', () => {
    expect(streamKey({ ...cell, purpose: 'init' })).toEqual([0x95519c00, 0x90f46852])
    expect(streamKey({ ...cell, purpose: 'bias' })).toEqual([0xb6c41c35, 0xb1f4433a])
    expect(streamKey({ ...cell, purpose: 'minibatch' })).toEqual([0x0285e664, 0xff02b84e])
    expect(pointsKey({ seed: 0, target: 'abs', points: 3000 })).toEqual([0xf0662fd6, 0x33472ec2])
  })

  it('differs with every part of its name', () => {
    const names = [
      cell,
      { ...cell, seed: 1 },
      { ...cell, inputDim: 2 },
      { ...cell, depth: 4 },
      { ...cell, width: 3 },
    ].flatMap((name) => (['init', 'bias', 'minibatch', 'noise'] as const).map((purpose) => ({ ...name, purpose })))
    expect(new Set(names.map((name) => streamKey(name).join())).size).toBe(names.length)
  })

  it('refuses a seed that is not an exact integer', () => {
    expect(() => streamKey({ ...cell, seed: 0.5, purpose: 'init' })).toThrow('invalid seed 0.5')
    expect(() => streamKey({ ...cell, seed: 2 ** 53, purpose: 'init' })).toThrow(RangeError)
    expect(() => pointsKey({ seed: -1, target: 'abs', points: 3 })).toThrow('invalid seed -1')
  })
})
