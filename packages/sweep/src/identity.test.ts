import { describe, expect, it } from 'vitest'
import { canonicalJson, CELL_ID_PATTERN } from './identity.ts'
import { parseSweep } from './sweep.ts'

const cellOf = (file: object) => parseSweep({ grid: { depth: 10, width: 2 }, inits: 100, ...file }).cells[0]!.cell

describe('canonical JSON', () => {
  it('gives the example of RFC 8785, section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
        '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    )
    expect(canonicalJson([56, { d: true, '10': null, '1': [] }])).toBe('[56,{"1":[],"10":null,"d":true}]')
    expect(canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27])).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27]')
  })

  it('refuses what JSON does not know', () => {
    expect(() => canonicalJson({ a: NaN })).toThrow('invalid number: NaN')
    expect(() => canonicalJson([() => 1])).toThrow('invalid value of type function')
  })
})

describe('the id of a cell', () => {
  it('is the same whatever the sweep is called, asks for or runs on', () => {
    const plain = cellOf({})
    expect(plain).toMatch(CELL_ID_PATTERN)
    expect(cellOf({ name: 'other', inits: 5, engine: 'cpu' })).toBe(plain)
    expect(cellOf({ network: { activation: 'relu', init: 'he-normal', bias: 'zero' }, precision: 'float32', seed: 0 })).toBe(plain)
    expect(cellOf({ grid: { depth: [4, 10], width: [2, 3] } })).not.toBe(plain)
    expect(parseSweep({ grid: { depth: [4, 10], width: [2, 3] }, inits: 1 }).cells[1]!.cell).toBe(plain)
  })

  it('differs with everything that can change a bit', () => {
    const others = [
      { grid: { depth: 11, width: 2 } },
      { grid: { depth: 10, width: 3 } },
      { seed: 1 },
      { precision: 'float64' },
      { network: { activation: 'tanh' } },
      { network: { init: 'he-uniform' } },
      { network: { bias: { kind: 'normal', std: 0.1 } } },
      { problem: { target: 'square' } },
      { problem: { points: 127 } },
      { problem: { sampling: 'random' } },
      { problem: { domain: [-1, 1] } },
      { training: { loss: 'mae' } },
      { training: { steps: 2999 } },
      { training: { batch: 32 } },
      { training: { stopAtDeath: false } },
      { training: { stopWhenConverged: true } },
      { training: { noise: { kind: 'relative', level: 0.1 } } },
      { training: { noise: { kind: 'relative', level: 0.2 } } },
      { training: { noise: { kind: 'absolute', level: 0.1 } } },
      { training: { noise: { kind: 'absolute', level: 0.1, parameters: 'all' } } },
      { training: { loss: 'huber' } },
      { training: { loss: 'huber', huberDelta: 0.5 } },
      { network: { activation: 'selu' } },
      { network: { normalization: 'batch' } },
      { network: { normalization: 'layer' } },
      { precision: 'float16' },
      { precision: 'bfloat16' },
      { network: { init: 'orthogonal' } },
      { network: { init: { kind: 'sawtooth' } } },
      { network: { init: { kind: 'sawtooth', variant: 'lipschitz' } } },
      { network: { initScale: 2 } },
      { problem: { target: 'sawtooth' } },
      { problem: { target: 'sawtooth', teeth: 5 } },
      { problem: { target: 'five-points' } },
      { problem: { target: 'condensation' } },
      { problem: { target: 'expression', expression: 'x1 + 1' } },
      { problem: { target: 'expression', expression: 'x1 + 2' } },
      { problem: { testPoints: 100 } },
      { training: { optimizer: { kind: 'adam', learningRate: 0 } } },
      { training: { optimizer: { kind: 'sgd' } } },
      { training: { optimizer: { kind: 'adam', learningRate: 0.002 } } },
    ].map(cellOf)
    expect(new Set([cellOf({}), ...others]).size).toBe(others.length + 1)
  })

  it('is that of the plain cell where a field says what is the default', () => {
    const plain = cellOf({})
    expect(cellOf({ network: { normalization: 'none' }, training: { stopWhenConverged: false } })).toBe(plain)
    const huber = cellOf({ training: { loss: 'huber' } })
    expect(cellOf({ training: { loss: 'huber', huberDelta: 1 } })).toBe(huber)
    expect(cellOf({ numerics: 'f16/1' })).toBe(cellOf({ precision: 'float16' }))
    expect(cellOf({ numerics: 'bf16/1' })).toBe(cellOf({ precision: 'bfloat16' }))
  })

  it('does not depend on how a formula is written, nor on defaults of new fields', () => {
    expect(cellOf({ network: { initScale: 1 } })).toBe(cellOf({}))
    expect(cellOf({ problem: { target: 'sawtooth', teeth: 4 } })).toBe(cellOf({ problem: { target: 'sawtooth' } }))
    const written = (expression: string) => cellOf({ problem: { target: 'expression', expression } })
    expect(written('((x)+ 1.0)')).toBe(written('x1 + 1'))
    expect(written('1 + x1')).not.toBe(written('x1 + 1'))
  })

  it('has not changed: it names every result ever stored', () => {
    expect(cellOf({})).toMatchInlineSnapshot(`"c1_4834d4b35352dd335f52b0b48067e9d840715e80b6c8abb6d55f07f3443935db"`)
  })
})
