// The C++ compiler, and the flags that the addon (build.mjs) and the checks of its sources (native-checks) have in common.
import { execFileSync, spawn } from 'node:child_process'

// Contraction would fuse what the numerics rounds twice; strict aliasing forbids reading one lane of a vector.
export const COMMON_FLAGS = [
  '-std=c++20', '-pthread', '-ffp-contract=off', '-fno-math-errno', '-fno-strict-aliasing',
  '-Wno-ignored-attributes', '-Wno-psabi', '-Wno-unknown-warning-option',
]

/** What each instruction set asks of the compiler, by its name in the file names of native/; none where it is the baseline. */
export const INSTRUCTION_SET_FLAGS = {
  avx512: ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mfma'],
  avx2: ['-mavx2', '-mfma', '-mf16c'],
  neon: [],
  scalar: [],
}

/** The numerics of job.h, by their names in the file names of native/. */
export const NUMERICS = ['f32', 'f64', 'f16', 'bf16']

/** The kernel files of an instruction set: [{ source, flags }]. */
export const kernelUnits = (set, flags, numerics = NUMERICS) => numerics.map((name) => ({ source: `${set}-${name}.cc`, flags }))

/**
 * The first of the commands that is installed, as { command, args, version }, or null. By default a C++ compiler; CXX may
 * hold arguments too, as in "ccache g++".
 */
export function findTool(names = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean)) {
  for (const name of names) {
    const [command, ...args] = name.split(' ')
    try {
      const version = execFileSync(command, [...args, '--version'], { encoding: 'utf8', stdio: 'pipe' })
      return { command, args, version: version.split('\n')[0] }
    } catch {
      // not installed under this name: try the next
    }
  }
  return null
}

/** Runs the compiler; rejects with the name of the last argument where it fails. */
export function runCompiler({ command, args }, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, ...options], { stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the compiler failed on ${options.at(-1)}`))))
  })
}
