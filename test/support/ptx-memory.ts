export interface Region {
  readonly start: number
  readonly end: number
}

/** Memory that is read and written within its regions alone. */
export class MachineMemory {
  readonly #regions: readonly Region[]
  readonly #floats: Float32Array
  readonly #doubles: Float64Array
  readonly #words: Uint32Array
  readonly #accesses: Accesses
  /** The region of the last access. */
  #start = 0
  #end = 0

  constructor({ accesses, heap, regions }: { readonly heap: ArrayBuffer; readonly regions: readonly Region[]; readonly accesses: Accesses }) {
    this.#accesses = accesses
    this.#regions = regions
    this.#floats = new Float32Array(heap)
    this.#doubles = new Float64Array(heap)
    this.#words = new Uint32Array(heap)
  }

  f32(address: number): number {
    this.#check(address, 4)
    this.#accesses.read(address)
    return this.#floats[address >> 2] as number
  }

  f64(address: number): number {
    this.#check(address, 8)
    this.#accesses.read(address)
    return this.#doubles[address >> 3] as number
  }

  u32(address: number): number {
    this.#check(address, 4)
    this.#accesses.read(address)
    return this.#words[address >> 2] as number
  }

  setF32(address: number, value: number): void {
    this.#check(address, 4)
    this.#accesses.write(address)
    this.#floats[address >> 2] = value
  }

  setF64(address: number, value: number): void {
    this.#check(address, 8)
    this.#accesses.write(address)
    this.#doubles[address >> 3] = value
  }

  setU32(address: number, value: number): void {
    this.#check(address, 4)
    this.#accesses.write(address)
    this.#words[address >> 2] = value
  }

  /** Adds at once, whoever else does; gives what was there before. */
  add(address: number, value: number): number {
    this.#check(address, 4)
    const before = this.#words[address >> 2] as number
    this.#words[address >> 2] = before + value
    return before
  }

  #check(address: number, size: number): void {
    if ((address & (size - 1)) !== 0) throw new RangeError(`access of ${size} bytes at ${address}, which is not aligned`)
    if (address >= this.#start && address + size <= this.#end) return
    const found = this.#regions.find(({ end, start }) => address >= start && address + size <= end)
    if (found === undefined) throw new RangeError(`access of ${size} bytes at ${address}, outside of every buffer`)
    this.#start = found.start
    this.#end = found.end
  }
}

/** Threads of a workgroup, at most: a stamp is the number of a phase and, in its low bits, that of a thread. */
const STAMP_BITS = 10

/** Who has read and written each word since the last barrier. Floats of 8 bytes go by their first word. */
export class Accesses {
  readonly #readers: Uint32Array
  readonly #writers: Uint32Array
  #phase = 0
  #stamp = 0

  constructor(bytes: number) {
    this.#readers = new Uint32Array(bytes >> 2)
    this.#writers = new Uint32Array(bytes >> 2)
  }

  /** Begins what the threads do up to the next barrier. */
  beginPhase(): void {
    this.#phase += 1
    if (this.#phase < 2 ** (32 - STAMP_BITS)) return
    for (const stamps of [this.#readers, this.#writers]) stamps.fill(0)
    this.#phase = 1
  }

  /** @param thread that goes on */
  enter(thread: number): void {
    this.#stamp = ((this.#phase << STAMP_BITS) | thread) >>> 0
  }

  read(address: number): void {
    const word = address >> 2
    const writer = this.#writers[word] as number
    if (writer !== this.#stamp && this.#isOfPhase(writer)) this.#complain(address, writer)
    // The first reader stays: of several, one is another than any who writes.
    if (!this.#isOfPhase(this.#readers[word] as number)) this.#readers[word] = this.#stamp
  }

  write(address: number): void {
    const word = address >> 2
    const writer = this.#writers[word] as number
    if (writer !== this.#stamp && this.#isOfPhase(writer)) this.#complain(address, writer)
    const reader = this.#readers[word] as number
    if (reader !== this.#stamp && this.#isOfPhase(reader)) this.#complain(address, reader)
    this.#writers[word] = this.#stamp
  }

  #isOfPhase(stamp: number): boolean {
    return (stamp ^ this.#stamp) >>> STAMP_BITS === 0
  }

  #complain(address: number, stamp: number): never {
    const threadOf = (of: number) => of & ((1 << STAMP_BITS) - 1)
    throw new Error(`the threads ${threadOf(stamp)} and ${threadOf(this.#stamp)} race for address ${address}`)
  }
}
