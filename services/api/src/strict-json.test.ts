import { describe, expect, it } from 'vitest'
import { parseStrictJson } from './strict-json.ts'

const parse = (text: string) => parseStrictJson(Buffer.from(text))

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads', () => {
    for (const value of [null, 0, -1.5e3, 'a "quoted" \\ text, {[', [], {}, { a: [{ b: '}' }, { b: 1 }] }, [[1], [1]]]) {
      expect(parse(JSON.stringify(value))).toEqual(value)
      expect(parse(JSON.stringify(value, null, 2))).toEqual(value)
    }
  })

  it('takes escaped surrogate pairs', () => {
    expect(parse('"\\ud83d\\ude00"')).toBe('\u{1f600}')
  })

  it('takes the same key in different objects, and as a value', () => {
    expect(parse('[{"a":"a"},{"a":{"a":"a"}}]')).toEqual([{ a: 'a' }, { a: { a: 'a' } }])
  })

  it.each([
    ['a key twice', '{"a":1,"a":1}', 'twice'],
    ['a key twice in an inner object', '{"b":[{"a":1,"c":{},"a":1}]}', 'twice'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":1}', 'twice'],
    ['a prototype', '{"__proto__":{"x":1}}', '__proto__'],
    ['an escaped prototype', '{"\\u005f_proto__":{"x":1}}', 'no document has'],
    ['a constructor', '{"a":[{"constructor":1}]}', 'constructor'],
    ['deep arrays', '['.repeat(400_000) + ']'.repeat(400_000), 'too deeply'],
    ['deep objects', '{"a":'.repeat(33) + '1' + '}'.repeat(33), 'too deeply'],
    ['an infinite number', '{"a":1e309}', '1e309'],
    ['a byte order mark', '\uFEFF{}', 'byte order mark'],
    ['the character zero', '{"name":"a\\u0000"}', 'without U+0000'],
    ['an unpaired surrogate', '{"name":"\\ud800"}', 'without U+0000'],
    ['an unpaired surrogate in a key', '{"\\udc00":1}', 'without U+0000'],
    ['NaN', '{"a":NaN}', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['two documents', '{} {}', 'not JSON'],
    ['a trailing comma', '[1,]', 'not JSON'],
    ['a comment', '{/* */}', 'not JSON'],
    ['an open string', '{"a', 'not JSON'],
    ['closing brackets', ']]}}', 'not JSON'],
    ['brackets the wrong way round', '}{', 'not JSON'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('not UTF-8')
  })

  it('reads a megabyte of escapes and quotes in linear time', () => {
    const started = performance.now()
    expect(() => parse(`"${'\\'.repeat(1_000_001)}`)).toThrow('not JSON')
    expect(() => parse('"'.repeat(1_000_001))).toThrow('not JSON')
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
