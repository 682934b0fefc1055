import { CollapsarError } from '@collapsar/sweep'

/**
 * Elias gamma codes (P. Elias, IEEE Trans. Inf. Theory 21(2), 1975, doi:10.1109/TIT.1975.1055349) of integers in
 * [1, 2^53): as many zero bits as the binary form has digits after the first, then the binary form. 1 takes one bit,
 * 2 and 3 three, 4 to 7 five. Bits fill each byte from its highest.
 */
export class BitWriter {
  readonly #bits: number[] = []

  write(value: number): void {
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`invalid integer: ${value}; at least 1`)
    const digits = value.toString(2)
    for (let zero = 1; zero < digits.length; zero += 1) this.#bits.push(0)
    for (const digit of digits) this.#bits.push(digit === '1' ? 1 : 0)
  }

  /** What was written, filled up with zeros to a whole byte. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8))
    this.#bits.forEach((bit, index) => {
      bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (7 - (index & 7)))
    })
    return bytes
  }
}

const LARGEST_DIGITS = 53

export class BitReader {
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** @throws CollapsarError `damaged` when the bytes end, or hold a larger integer than `BitWriter` writes. */
  read(): number {
    let digits = 1
    while (this.#bit() === 0) digits += 1
    if (digits > LARGEST_DIGITS) throw new CollapsarError('damaged', 'A stored tally holds an impossible count.')
    let value = 1
    for (let digit = 1; digit < digits; digit += 1) value = value * 2 + this.#bit()
    return value
  }

  #bit(): number {
    const byte = this.#bytes[this.#position >> 3]
    if (byte === undefined) throw new CollapsarError('damaged', 'A stored tally ends too early.')
    const bit = (byte >> (7 - (this.#position & 7))) & 1
    this.#position += 1
    return bit
  }
}
