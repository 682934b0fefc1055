import { fma32 } from '../../packages/trial/src/arithmetic/fma-binary32.ts'
import { storedIn } from '../../packages/trial/src/stored.ts'
import { fma64 } from './fma-binary64.ts'
import type { Region } from './ptx-memory.ts'
import { Accesses, MachineMemory } from './ptx-memory.ts'
import { translate } from './ptx-translation.ts'

const toBinary16 = storedIn('f16/1')
const toBfloat16 = storedIn('bf16/1')

/**
 * Runs PTX on the processor, one thread after another: a second reading of the language, with the bits that NVIDIA's documents promise
 * ("Parallel Thread Execution ISA"). It knows the instructions that our printer uses and refuses every other, and kernels whose threads touch the same
 * number between two barriers, one of them to write it: theirs is an order that a processor does not keep. Each text is translated to JavaScript once.
 */
export class PtxMachine {
  #heap: ArrayBuffer
  #accesses: Accesses
  #regions: Region[] = []

  /** @param bytes of global memory */
  constructor(bytes: number) {
    this.#heap = new ArrayBuffer(bytes)
    this.#accesses = new Accesses(bytes)
  }

  /** A machine on memory that another gives out: every address within is allowed. */
  static over(heap: ArrayBuffer): PtxMachine {
    const machine = new PtxMachine(0)
    machine.#heap = heap
    machine.#accesses = new Accesses(heap.byteLength)
    machine.#regions = [{ start: 256, end: heap.byteLength }]
    return machine
  }

  /** Memory for a buffer, its address and a view on it; nothing lies directly behind it, so that no access runs into another one. */
  allocate(bytes: number): { readonly address: number; readonly bytes: Uint8Array } {
    const start = this.#gap(bytes)
    const end = start + bytes
    if (end > this.#heap.byteLength) throw new RangeError(`no memory for ${bytes} bytes`)
    this.#regions.push({ start, end })
    this.#regions.sort((a, b) => a.start - b.start)
    return { address: start, bytes: new Uint8Array(this.#heap, start, bytes) }
  }

  release(address: number): void {
    this.#regions = this.#regions.filter(({ start }) => start !== address)
  }

  /** The first place with so much room, and 256 bytes on either side. */
  #gap(bytes: number): number {
    let start = 256
    for (const region of this.#regions) {
      if (start + bytes + 256 <= region.start) break
      start = Math.ceil((region.end + 256) / 256) * 256
    }
    return start
  }

  /** Runs a kernel. @param parameters in the order of the text: addresses and numbers */
  launch(text: string, { groups, parameters, sharedBytes }: { readonly groups: number; readonly parameters: readonly number[]; readonly sharedBytes: number }): void {
    const program = translate(text)
    const accesses = this.#accesses
    const memory = new MachineMemory({ heap: this.#heap, regions: this.#regions, accesses })
    for (let group = 0; group < groups; group++) {
      const bytes = Math.ceil(sharedBytes / 8) * 8
      const sharedAccesses = new Accesses(bytes)
      const shared = new MachineMemory({ heap: new ArrayBuffer(bytes), regions: [{ start: 0, end: sharedBytes }], accesses: sharedAccesses })
      let threads = Array.from({ length: program.threads }, (_, thread) => program.run({ fma32, fma64, toBinary16, toBfloat16, group, memory, parameters, shared, thread }))
      // All threads run up to the barrier, then all go on.
      while (threads.length > 0) {
        for (const space of [accesses, sharedAccesses]) space.beginPhase()
        const going = threads.filter((thread, i) => {
          accesses.enter(i)
          sharedAccesses.enter(i)
          return thread.next().done !== true
        })
        if (going.length > 0 && going.length < threads.length) throw new Error('a barrier that not all threads of a workgroup reach')
        threads = going
      }
    }
  }
}
