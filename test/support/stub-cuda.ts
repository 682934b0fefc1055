import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PtxMachine } from './ptx-machine.ts'

const SOURCE = fileURLToPath(new URL('../../packages/engine-cuda/stub/libcuda.c', import.meta.url))
const require = createRequire(new URL('../../packages/engine-cuda/package.json', import.meta.url))
const HEAP_BYTES = 1 << 25

export interface StubCuda {
  /** The library's path, to be loaded in place of the driver. */
  readonly path: string
  /**
   * @param failNext a result of cuda.h that the next allocation, copy or query gives
   * @param failLaunch one that the next launch ends with, which its caller hears later
   */
  set(state: { readonly devices?: number; readonly major?: number; readonly failNext?: number; readonly failLaunch?: number }): void
}

/** Compiles the driver without a processor, and lets the machine of this folder run what is launched on it. */
export function buildStubCuda(): StubCuda {
  const path = join(mkdtempSync(join(tmpdir(), 'collapsar-cuda-')), 'libcuda.so')
  execFileSync('cc', ['-shared', '-fPIC', '-fvisibility=hidden', '-O1', '-Wall', '-Werror', '-Wno-stringop-truncation', '-o', path, SOURCE])
  const koffi = require('koffi') as typeof import('koffi').default
  const library = koffi.load(path)
  const heap = new ArrayBuffer(HEAP_BYTES)
  const Launch = koffi.proto('int Launch(const char *text, const char *name, unsigned int groups, unsigned int threads, unsigned int shared, const void *parameters, uint64_t bytes)')
  const launch = koffi.register((text: string, _name: string, groups: number, threads: number, sharedBytes: number, parameters: unknown, bytes: number | bigint) => {
    const packed = koffi.decode(parameters, koffi.array('uint8_t', Number(bytes))) as Uint8Array
    if (!text.includes(`.maxntid ${threads}`)) return 1
    PtxMachine.over(heap).launch(text, { groups, parameters: unpacked(text, Uint8Array.from(packed)), sharedBytes })
    return 0
  }, koffi.pointer(Launch))
  library.func('void stubUse(void *memory, uint64_t bytes, Launch *launch)')(new Uint8Array(heap), HEAP_BYTES, launch)
  const stubSet = library.func('void stubSet(int devices, int major, int failNext, int failLaunch)')
  return {
    path,
    set: ({ devices = 1, failLaunch = 0, failNext = 0, major = 9 }) => {
      stubSet(devices, major, failNext, failLaunch)
    },
  }
}

/** Reads the arguments of a launch as its text declares them. */
function unpacked(text: string, bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer)
  let at = 0
  return [...text.matchAll(/\.param \.(u64|u32|f32|f64) \w+/g)].map(([, type = '']) => {
    const size = type.endsWith('64') ? 8 : 4
    at = Math.ceil(at / size) * size
    at += size
    const place = at - size
    if (type === 'u64') return Number(view.getBigUint64(place, true))
    if (type === 'u32') return view.getUint32(place, true)
    return type === 'f32' ? view.getFloat32(place, true) : view.getFloat64(place, true)
  })
}
