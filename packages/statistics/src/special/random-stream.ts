/** State of one stream: three mixing words and a counter. */
export type RandomStream = Int32Array

const WARM_UP_WORDS = 12

/**
 * A stream named by three 32-bit words; different words, different streams. Period at least 2^32.
 * Small fast counter generator `sfc32`, seeded as its author does. Source: C. Doty-Humphrey, PractRand (sfc.h).
 */
export function createRandomStream(first: number, second: number, third: number): RandomStream {
  const stream = Int32Array.of(first, second, third, 1)
  fillWords(new Int32Array(WARM_UP_WORDS), stream)
  return stream
}

/** Fills `words` with the next 32-bit words of the stream, as signed integers. */
export function fillWords(words: Int32Array, stream: RandomStream): void {
  // In locals, since reading back what was just stored would cost as much as the arithmetic.
  let a = stream[0] ?? 0
  let b = stream[1] ?? 0
  let c = stream[2] ?? 0
  let counter = stream[3] ?? 0
  for (let index = 0; index < words.length; index += 1) {
    const word = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    words[index] = word
  }
  stream[0] = a
  stream[1] = b
  stream[2] = c
  stream[3] = counter
}
