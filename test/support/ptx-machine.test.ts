import { expect, it } from 'vitest'
import { KernelBuilder } from '../../packages/kernels/src/kernel-builder.ts'
import { sharedLayout } from '../../packages/kernels/src/kernel.ts'
import { printPtx } from '../../packages/kernels/src/print-ptx.ts'
import { PtxMachine } from './ptx-machine.ts'

const THREADS = 4

/** Each of four threads writes its number into a shared array, and copies what its neighbour wrote. */
function neighbours({ waits }: { readonly waits: boolean }): number[] {
  const k = new KernelBuilder('f32')
  const out = k.buffer('out', 'word', 'write')
  const shared = k.sharedArray('shared', 'word', THREADS)
  const thread = k.thread()
  k.store(shared, thread, thread)
  if (waits) k.barrier()
  k.store(out, thread, k.load(shared, k.words('and', k.addWords(thread, k.word(THREADS - 1)), k.word(THREADS - 1))))
  const kernel = k.finish({ name: 'neighbours', threads: THREADS })
  const machine = new PtxMachine(1 << 12)
  const { address, bytes } = machine.allocate(4 * THREADS)
  machine.launch(printPtx(kernel), { groups: 1, parameters: [address], sharedBytes: sharedLayout(kernel).bytes })
  return [...new Uint32Array(bytes.buffer, address, THREADS)]
}

it('runs threads up to a barrier, and then on', () => {
  expect(neighbours({ waits: true })).toEqual([3, 0, 1, 2])
})

it('refuses threads that race for a number', () => {
  // Thread 0 reads what thread 3 is to write; read in turn, the others would have found theirs.
  expect(() => neighbours({ waits: false })).toThrow('the threads 0 and 1 race for address 0')
})
