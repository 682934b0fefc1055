// What is checked without Node: which sources, with which compiler, run how.
import { fileURLToPath } from 'node:url'

import { INSTRUCTION_SET_FLAGS, kernelUnits } from '../compiler.mjs'

/** FEW_WIDTHS leaves most of the kernels that are specialized for a width out: they differ in loop bounds alone. */
const FEW = ['-DFEW_WIDTHS']
/** The scalar build's fmas, in software, are most of what a comparison computes: worth a second of compilation a file. */
const ORACLE = ['-Og']
const AVX2 = INSTRUCTION_SET_FLAGS.avx2
const SIMDE = fileURLToPath(new URL('simde', import.meta.url))

// Every check of memory and arithmetic that compiles in reasonable time; on the scalar build, which is small, all of them.
const ADDRESS = ['-g1', '-fno-omit-frame-pointer', '-fsanitize=address', '--param=asan-instrumentation-with-call-threshold=0']
const ARITHMETIC = ['-fsanitize=signed-integer-overflow,shift,integer-divide-by-zero,bounds,float-cast-overflow,return,bool,enum']
const UNDEFINED = ['-fsanitize=undefined']
const NO_RECOVERY = ['-fno-sanitize-recover=all']

const comparison = (others) => ['compare-kernels.cc', 'random-batch.cc', 'trained.cc', 'running-job.cc'].map((source) => ({ source, flags: others }))

/**
 * By name: `units` the sources (of native/ or of this folder) with their flags, `define` and `link` flags of all,
 * `compilers` to try with what to install, `runner` an emulator with what to install, `arguments` of the program.
 */
export const CHECKS = {
  /** Our AVX-512 sources, each intrinsic carried out by AVX2: see simde/immintrin.h. */
  avx512: {
    architecture: 'x64',
    define: ['-DCHECKED_SET=avx512', '-w'],
    units: [...kernelUnits('avx512', [...FEW, ...AVX2, '-I', SIMDE]), ...kernelUnits('scalar', ORACLE), ...comparison([])],
    needs: { file: '/usr/include/simde/x86/avx512.h', advice: 'SIMDe is not installed (Debian: apt-get install libsimde-dev)' },
    arguments: ['200'],
  },
  /** The NEON build for 64-bit ARM: emulated elsewhere. */
  neon: {
    define: ['-DCHECKED_SET=neon'],
    units: [...kernelUnits('neon', FEW), ...kernelUnits('scalar', ORACLE), ...comparison([])],
    compilers: process.arch === 'arm64' ? undefined : ['aarch64-linux-gnu-g++'],
    compilerAdvice: 'no cross compiler for 64-bit ARM (Debian: apt-get install g++-aarch64-linux-gnu)',
    link: process.arch === 'arm64' ? [] : ['-static'],
    runner: process.arch === 'arm64' ? undefined : ['qemu-aarch64'],
    runnerAdvice: 'no emulator of 64-bit ARM (Debian: apt-get install qemu-user)',
    arguments: ['100'],
  },
  /** The AVX2 and scalar builds under AddressSanitizer (with leaks) and UndefinedBehaviorSanitizer. */
  sanitizers: {
    architecture: 'x64',
    define: ['-DCHECKED_SET=avx2', ...NO_RECOVERY],
    units: [
      // The others are the same templates; sanitized, a file takes some 20 seconds of compilation.
      ...kernelUnits('avx2', [...FEW, ...AVX2, ...ADDRESS, ...ARITHMETIC], ['f32', 'f16']),
      ...kernelUnits('avx2', [...FEW, ...AVX2], ['f64', 'bf16']),
      ...kernelUnits('scalar', [...ADDRESS, ...UNDEFINED]),
      ...comparison([...ADDRESS, ...UNDEFINED]),
    ],
    link: ['-fsanitize=address,undefined'],
    environment: { ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=1', UBSAN_OPTIONS: 'print_stacktrace=1' },
    arguments: ['100'],
  },
  /** Threads that train, are watched and are cancelled, under ThreadSanitizer. */
  threads: {
    architecture: 'x64',
    define: ['-g1', '-fsanitize=thread'],
    units: [
      { source: 'avx2-f32.cc', flags: [...FEW, ...AVX2] },
      ...['race-threads.cc', 'random-batch.cc', 'trained.cc', 'running-job.cc'].map((source) => ({ source, flags: [] })),
    ],
    link: ['-fsanitize=thread'],
    environment: { TSAN_OPTIONS: 'halt_on_error=1' },
    arguments: ['60'],
  },
  /** The bytes that a training asks for: see asked-memory.cc. */
  memory: {
    architecture: 'x64',
    define: [],
    units: [
      { source: 'asked-memory.cc', flags: AVX2 },
      { source: 'random-batch.cc', flags: [] },
      { source: 'running-job.cc', flags: [] },
    ],
    arguments: [],
  },
}
