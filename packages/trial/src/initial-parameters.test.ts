import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { exampleSpec } from './example-spec.ts'
import { initialParameters } from './initial-parameters.ts'
import type { Parameters } from './network.ts'

/** Big-endian bits of binary32 values. */
function hex(parameters: Parameters): string[] {
  const view = new DataView(new ArrayBuffer(4))
  return Array.from(parameters, (value) => {
    view.setFloat32(0, value)
    return view.getUint32(0).toString(16).padStart(8, '0')
  })
}

// Golden bits: computed from NUMERICS.md in Python, with integers, hashlib and mpmath at 50 digits, without this code.
describe('initial parameters have the bits of an independent computation', () => {
  it('for he-normal weights with normal biases', () => {
    const spec = exampleSpec({ network: { bias: { kind: 'normal', std: 0.1 } } })
    expect(hex(initialParameters(spec, [0])).join(' ')).toBe(
      '3e173d5c c000be1e be5344c0 bd0d8555 3f286fb3 be8b4fa0 bec2f619 3f7ed621 ' +
        '3db3285c bdc2ca82 3f55612f bea3b065 bcd2fb3c',
    )
  })

  it('for a trial beyond 2^32', () => {
    expect(hex(initialParameters(exampleSpec(), [2 ** 40 + 7])).join(' ')).toBe(
      'befa67df 40141079 00000000 00000000 bee1f3c5 bf817a49 401e8c6c 3f29867f ' +
        '00000000 00000000 bf81f919 bf2d6627 00000000',
    )
  })

  const plane = { seed: 7, depth: 2, problem: { target: 'abs-2d', inputDim: 2 } } as const

  it('for torch-default', () => {
    const network = { initialization: { kind: 'torch-default' }, bias: { kind: 'initialization' } } as const
    expect(hex(initialParameters(exampleSpec({ ...plane, network }), [3])).join(' ')).toBe(
      '3c1d3e3a bf21b289 be44460c 3dd25111 bf2fca90 be8c4ddf 3ea2dab6 3d180387 be88c47c 3ed8ff60 3ec9a9b9 bd3dfc6b',
    )
  })

  it('for randomized-asymmetric', () => {
    const initialization = { kind: 'randomized-asymmetric', outputLayer: true } as const
    const spec = exampleSpec({ ...plane, network: { initialization, bias: { kind: 'initialization' } } })
    expect(hex(initialParameters(spec, [3])).join(' ')).toBe(
      '3eef6f18 3e26e1e9 bf0ab0d5 3f6f9c42 3f559345 3f948190 3eb79df2 bd651153 3e4c27a9 3e4a6f6e be96a342 3d7beb15',
    )
  })
})

describe('the stream', () => {
  /*
   * Golden values of this implementation: SHA-256 of the little-endian binary64 parameters of trials 0 .. 999 at depth
   * 5, width 8. They pin the last bits, which depend on the order of operations in random/elementary.ts; on trials
   * 0 .. 11 the normal ones were within 2e-15 of mpmath, and equal to it in binary32. They change only with the numerics.
   */
  it.each([
    ['he-normal', 'e3be2302eca9955d6bd2a8a7a7cc4ede7aaf2faa0c4358706aaedf3070006f41'],
    ['he-uniform', '2a822c067909c6a63621d5bf4c8cd53c80a4870dbd154ec1dab609bb72c08b75'],
  ] as const)('of %s has not changed', (kind, expected) => {
    const spec = exampleSpec({ numerics: 'ieee-f64/1', depth: 5, width: 8, network: { initialization: { kind } } })
    const parameters = initialParameters(spec, Array.from({ length: 1000 }, (_, trial) => trial))
    expect(createHash('sha256').update(new Uint8Array(parameters.buffer)).digest('hex')).toBe(expected)
  })
})

describe('initial parameters', () => {
  it('of a trial do not depend on the others drawn with it', () => {
    const spec = exampleSpec({ width: 5, network: { bias: { kind: 'uniform', std: 1 } } })
    const together = initialParameters(spec, [9, 2 ** 33 + 1, 0])
    const count = together.length / 3
    const alone = [9, 2 ** 33 + 1, 0].map((trial) => initialParameters(spec, [trial]))
    alone.forEach((parameters, row) => expect(parameters).toEqual(together.slice(row * count, (row + 1) * count)))
  })

  it('in binary32 are those in binary64, rounded', () => {
    const wide = initialParameters(exampleSpec({ numerics: 'ieee-f64/1', width: 9 }), [1, 2])
    expect(wide).toBeInstanceOf(Float64Array)
    expect(initialParameters(exampleSpec({ width: 9 }), [1, 2])).toEqual(Float32Array.from(wide))
  })

  it('do not depend on target, domain, loss or optimizer', () => {
    const training = { loss: 'mae', optimizer: { kind: 'sgd', learningRate: 1, momentum: 0 } } as const
    const other = exampleSpec({ problem: { target: 'square', domain: [0, 1] }, training })
    expect(initialParameters(other, [4])).toEqual(initialParameters(exampleSpec(), [4]))
  })

  it('have the same directions under he-normal and glorot-normal, which are compared on the same draws', () => {
    const numerics = 'ieee-f64/1'
    const network = { initialization: { kind: 'glorot-normal' } } as const
    const he = initialParameters(exampleSpec({ numerics }), [4])
    const glorot = initialParameters(exampleSpec({ numerics, network }), [4])
    // First layer: fan_in 1, fan_out 2, so the variances are 2 and 2/3.
    expect(he[0]! / glorot[0]!).toBeCloseTo(Math.sqrt(3), 12)
  })

  it('differ with depth, width, seed, input dimension and trial', () => {
    const first = (spec: ReturnType<typeof exampleSpec>, trial = 0) => initialParameters(spec, [trial])[0]
    const values = [
      first(exampleSpec()),
      first(exampleSpec({ depth: 4 })),
      first(exampleSpec({ width: 3 })),
      first(exampleSpec({ seed: 1 })),
      first(exampleSpec({ problem: { target: 'abs-2d', inputDim: 2 } })),
      first(exampleSpec(), 1),
      first(exampleSpec(), 2 ** 32),
    ]
    expect(new Set(values).size).toBe(values.length)
  })

  it('are refused for an index or a network that does not exist', () => {
    expect(() => initialParameters(exampleSpec(), [-1])).toThrow('invalid trial -1')
    expect(() => initialParameters(exampleSpec(), [0.5])).toThrow(RangeError)
    expect(() => initialParameters(exampleSpec({ depth: 0 }), [0])).toThrow('invalid depth 0')
    expect(() => initialParameters(exampleSpec({ width: 1.5 }), [0])).toThrow('invalid width 1.5')
  })
})
