import { expect, test } from 'vitest'
import { createRandomStream, fillWords } from './random-stream.ts'

function words(first: number, second: number, third: number, count: number): number[] {
  const result = new Int32Array(count)
  fillWords(result, createRandomStream(first, second, third))
  return [...result].map((word) => word >>> 0)
}

// The recurrence of PractRand's sfc.h in Python integers, first 12 words discarded.
test('is sfc32, to the bit', () => {
  expect(words(1, 2, 3, 4)).toEqual([1936341825, 3001364500, 1029104839, 3987121759])
  expect(words(0xffffffff, 0x80000000, 7, 3)).toEqual([1774005253, 1608605352, 2177207956])
})

test('goes on where it stopped', () => {
  const stream = createRandomStream(1, 2, 3)
  const [head, tail] = [new Int32Array(1), new Int32Array(3)]
  fillWords(head, stream)
  fillWords(tail, stream)
  expect([...head, ...tail].map((word) => word >>> 0)).toEqual(words(1, 2, 3, 4))
})
