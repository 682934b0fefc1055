import { setImmediate } from 'node:timers/promises'
import type { Device, DeviceArray } from '@collapsar/kernels'
import { printPtx, sharedLayout } from '@collapsar/kernels'
import { PtxMachine } from './ptx-machine.ts'

const MEMORY_BYTES = 1 << 26

interface MachineArray extends DeviceArray {
  readonly address: number
}

/** A device that reads PTX on the processor: what a graphics processor makes of it, slowly. */
export function createPtxDevice({ threads = 64 }: { readonly threads?: number } = {}): Device {
  const machine = new PtxMachine(MEMORY_BYTES)
  const arrays = new WeakMap<DeviceArray, MachineArray>()
  return {
    name: 'PTX machine',
    limits: { memoryBytes: MEMORY_BYTES, arrayBytes: MEMORY_BYTES, sharedBytes: 48 << 10, threads },
    async load(kernel) {
      const text = printPtx(kernel)
      const sharedBytes = sharedLayout(kernel).bytes
      return {
        async launch(groups, used, scalars) {
          await setImmediate()
          const addresses = used.map((array) => {
            const own = arrays.get(array)
            if (own === undefined) throw new Error('an array of another device')
            return own.address
          })
          machine.launch(text, { groups, parameters: [...addresses, ...scalars], sharedBytes })
        },
      }
    },
    async allocate(content) {
      const { address, bytes } = machine.allocate(content.byteLength)
      bytes.set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength))
      const array: MachineArray = {
        address,
        async read(into) {
          new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes)
        },
        release: () => machine.release(address),
      }
      arrays.set(array, array)
      return array
    },
    async close() {},
  }
}
