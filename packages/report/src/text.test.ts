import { expect, test } from 'vitest'
import { cut, printable, wrap } from './text.ts'

test('terminal escapes, characters that XML forbids and direction overrides are replaced', () => {
  expect(printable('a\u001b[31mb\u0000c\ufffed\ud800e\u202ef')).toBe('a\ufffd[31mb\ufffdc\ufffdd\ufffde\ufffdf')
})

test('line breaks become spaces, other letters stay', () => {
  expect(printable('Größe\r\n深さ 🙂')).toBe('Größe 深さ 🙂')
})

test('lines break at spaces and within words that are too long', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij'])
})

test('a text that is too long keeps its beginning and says that there is more', () => {
  expect([cut('abc', 3), cut('abcd', 3), cut('ab', 0)]).toEqual(['abc', 'ab…', 'a…'])
})
