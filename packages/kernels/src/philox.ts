import type { Word } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

const ROUNDS = 10

/** Philox4x32-10 of one counter (NUMERICS.md, 1): four words. @source Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405 */
export function philox(
  k: KernelBuilder,
  counter: readonly [Word, Word, Word, Word],
  key: readonly [Word, Word],
): readonly [Word, Word, Word, Word] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = [k.word(0xd2511f53), k.word(0xcd9e8d57)]
    const [highA, lowA] = [k.words('multiplyHigh', c0, first), k.multiplyWords(c0, first)]
    const [highB, lowB] = [k.words('multiplyHigh', c2, second), k.multiplyWords(c2, second)]
    ;[c0, c1, c2, c3] = [xor3(k, highB, c1, k0), lowB, xor3(k, highA, c3, k1), lowA]
    ;[k0, k1] = [k.addWords(k0, k.word(0x9e3779b9)), k.addWords(k1, k.word(0xbb67ae85))]
  }
  return [c0, c1, c2, c3]
}

function xor3(k: KernelBuilder, a: Word, b: Word, c: Word): Word {
  return k.words('xor', k.words('xor', a, b), c)
}
