/** Two 32-bit words, unsigned. */
export type StreamKey = readonly [number, number]

/** Four 32-bit words: (block, tensor or step, trial low, trial high). */
export type PhiloxCounter = readonly [number, number, number, number]

const ROUNDS = 10

/**
 * Writes the outputs of Philox4x32-10 for `blocks` consecutive counters: `counter`, then the same with its first word
 * one higher (modulo 2^32), and so on.
 *
 * The 64-bit products are formed from 16-bit halves: JavaScript has no 32 x 32 -> 64 bit multiplication, and BigInt
 * allocates. With `p = al ml`, `t = ah ml + (p >>> 16)` and `s = al mh + (t & ffff)` no sum exceeds 2^32 - 1, so that
 * signed 32-bit arithmetic holds all of them, and `hi = ah mh + (t >>> 16) + (s >>> 16)`.
 *
 * @param words output, [block][4], at least `4 * blocks` long
 * @source J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC'11),
 *   doi:10.1145/2063384.2063405
 */
export function fillPhilox(words: Uint32Array, blocks: number, counter: PhiloxCounter, key: StreamKey): void {
  const first = counter[0] | 0
  const c1 = counter[1] | 0
  const c2 = counter[2] | 0
  const c3 = counter[3] | 0
  const key0 = key[0] | 0
  const key1 = key[1] | 0
  for (let block = 0; block < blocks; block++) {
    let x0 = (first + block) | 0
    let x1 = c1
    let x2 = c2
    let x3 = c3
    let k0 = key0
    let k1 = key1
    for (let round = 0; round < ROUNDS; round++) {
      const al = x0 & 0xffff
      const ah = x0 >>> 16
      const at = (Math.imul(ah, 0x1f53) + (Math.imul(al, 0x1f53) >>> 16)) | 0
      const as = (Math.imul(al, 0xd251) + (at & 0xffff)) | 0
      const aHigh = (Math.imul(ah, 0xd251) + (at >>> 16) + (as >>> 16)) | 0
      const bl = x2 & 0xffff
      const bh = x2 >>> 16
      const bt = (Math.imul(bh, 0x8d57) + (Math.imul(bl, 0x8d57) >>> 16)) | 0
      const bs = (Math.imul(bl, 0xcd9e) + (bt & 0xffff)) | 0
      const bHigh = (Math.imul(bh, 0xcd9e) + (bt >>> 16) + (bs >>> 16)) | 0
      const low = Math.imul(x0, 0xd2511f53)
      x0 = bHigh ^ x1 ^ k0
      x1 = Math.imul(x2, 0xcd9e8d57)
      x2 = aHigh ^ x3 ^ k1
      x3 = low
      k0 = (k0 + 0x9e3779b9) | 0
      k1 = (k1 + 0xbb67ae85) | 0
    }
    const offset = 4 * block
    words[offset] = x0
    words[offset + 1] = x1
    words[offset + 2] = x2
    words[offset + 3] = x3
  }
}
