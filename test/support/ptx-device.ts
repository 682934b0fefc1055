import { setImmediate } from 'node:timers/promises'
import type { Device, DeviceArray } from '@collapsar/kernels'
import { DeviceMemoryError, printPtx, sharedLayout } from '@collapsar/kernels'
import { PtxMachine } from './ptx-machine.ts'

const MEMORY_BYTES = 1 << 26

interface MachineArray extends DeviceArray {
  readonly address: number
}

export interface PtxDeviceOptions {
  readonly memoryBytes?: number
  /** What it says it has. */
  readonly saysBytes?: number
  readonly threads?: number
}

/** A device that reads PTX on the processor: what a graphics processor makes of it, slowly. */
export function createPtxDevice({ memoryBytes = MEMORY_BYTES, saysBytes = memoryBytes, threads = 64 }: PtxDeviceOptions = {}): Device {
  const machine = new PtxMachine(memoryBytes)
  // Launches and copies one after another, in the order in which they are asked for.
  let last = Promise.resolve()
  const behind = (act: () => void): Promise<void> => {
    const done = last.then(() => setImmediate()).then(act)
    last = done.catch(() => {})
    return done
  }
  const arrays = new WeakMap<DeviceArray, MachineArray>()
  return {
    name: 'PTX machine',
    limits: { memoryBytes: saysBytes, arrayBytes: saysBytes, sharedBytes: 48 << 10, threads },
    async load(kernel) {
      const text = printPtx(kernel)
      const sharedBytes = sharedLayout(kernel).bytes
      return {
        async launch(groups, used, scalars) {
          const addresses = used.map((array) => {
            const own = arrays.get(array)
            if (own === undefined) throw new Error('an array of another device')
            return own.address
          })
          await behind(() => {
            machine.launch(text, { groups, parameters: [...addresses, ...scalars], sharedBytes })
          })
        },
      }
    },
    async reserve(length) {
      // Words that no kernel may read before it has written them: NaNs, and the numbers of no trial.
      return this.allocate(new Uint8Array(length).fill(0xff))
    },
    async allocate(content) {
      const { address, bytes } = allocated(machine, content.byteLength)
      bytes.set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength))
      const array: MachineArray = {
        address,
        read: (into) =>
          behind(() => {
            new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes)
          }),
        release: () => machine.release(address),
      }
      arrays.set(array, array)
      return array
    },
    async close() {},
  }
}

function allocated(machine: PtxMachine, bytes: number): ReturnType<PtxMachine['allocate']> {
  try {
    return machine.allocate(bytes)
  } catch (cause) {
    throw new DeviceMemoryError(`no memory for ${bytes} bytes`, { cause })
  }
}
