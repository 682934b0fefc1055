// Compiles native/*.cc into build/engine.node with a plain C++ compiler: no node-gyp, no download, no dependency.
//
//   node build.mjs [--force]
//
// Does nothing when sources, flags, compiler and architecture are those of the last build, or where there is an addon of
// these sources and no compiler (an image that was built elsewhere). Each instruction set is a
// file of its own with its own flags; the addon picks one when it is loaded, so the file runs on every machine of its
// architecture. Exit codes: 0 built or up to date, 1 the compilation failed, 3 no C++ compiler was found.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { COMMON_FLAGS, findTool, INSTRUCTION_SET_FLAGS, kernelUnits, runCompiler } from './compiler.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const native = join(here, 'native')
const build = join(here, 'build')
const require = createRequire(import.meta.url)

const COMMON = [...COMMON_FLAGS, '-O3', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra']
// g++ takes the undefined operands in its own AVX-512 headers for mistakes.
const KERNEL = [
  '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-Wno-uninitialized', '-Wno-maybe-uninitialized',
]
const NODE_SIDE = ['binding.cc', 'request.cc', 'running-job.cc', 'instruction-sets.cc']

/** The instruction sets of each architecture, the longest to compile first. */
const SETS = { x64: ['avx512', 'avx2', 'scalar'], arm64: ['neon', 'scalar'] }[process.arch] ?? ['scalar']

/** What is compiled, the longest first: [{ source, flags }]. */
function units() {
  const optimization = (set) => (set === 'scalar' ? ['-O2'] : [])
  return [
    ...SETS.flatMap((set) => kernelUnits(set, [...KERNEL, ...INSTRUCTION_SET_FLAGS[set], ...optimization(set)])),
    ...NODE_SIDE.map((source) => ({ source, flags: ['-O2'] })),
  ]
}

function includeFlags() {
  const headers = join(dirname(require.resolve('node-api-headers/package.json')), 'include')
  const wrapper = dirname(require.resolve('node-addon-api/package.json'))
  return ['-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS', '-isystem', headers, '-isystem', wrapper]
}

/** Changes with the sources, the flags and the architecture. */
function stampOfSources() {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([COMMON, units(), process.platform, process.arch]))
  for (const name of ['node-api-headers', 'node-addon-api']) hash.update(require(`${name}/package.json`).version)
  for (const file of readdirSync(native).toSorted()) {
    if (/\.(cc|h)$/.test(file)) hash.update(file).update(readFileSync(join(native, file)))
  }
  return hash.digest('hex')
}

/** [sources, compiler] of the addon that lies in build, or [] without one. */
function readStamp() {
  if (!existsSync(join(build, 'engine.node')) || !existsSync(join(build, 'stamp'))) return []
  return readFileSync(join(build, 'stamp'), 'utf8').split('\n')
}

async function compile(compiler, scratch) {
  const waiting = units()
  const objects = waiting.map(({ source }) => join(scratch, `${source}.o`))
  const includes = includeFlags()
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      const output = join(scratch, `${unit.source}.o`)
      await runCompiler(compiler, [...COMMON, ...includes, ...unit.flags, '-o', output, '-c', join(native, unit.source)])
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const link = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []
  const addon = join(scratch, 'engine.node')
  await runCompiler(compiler, ['-shared', '-pthread', ...link, '-o', addon, ...objects])
  return addon
}

async function main() {
  const compiler = findTool()
  const sources = stampOfSources()
  const [builtSources, builtBy] = process.argv.includes('--force') ? [] : readStamp()
  if (builtSources === sources && (compiler === null || builtBy === compiler.version)) return
  if (compiler === null) {
    console.error('engine-cpu: no C++ compiler found. Install g++ or clang++ (Debian: apt-get install g++; macOS: ' +
      'xcode-select --install), or name one in CXX, then run: node packages/engine-cpu/build.mjs')
    process.exit(3)
  }
  const started = Date.now()
  const scratch = join(build, `scratch-${process.pid}`)
  mkdirSync(scratch, { recursive: true })
  try {
    // Renamed into place: a process that has the old addon loaded keeps it.
    renameSync(await compile(compiler, scratch), join(build, 'engine.node'))
    writeFileSync(join(build, 'stamp'), `${sources}\n${compiler.version}`)
    console.log(`engine-cpu: built in ${((Date.now() - started) / 1000).toFixed(1)} s with ${compiler.version}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  console.error(`engine-cpu: ${error.message}`)
  process.exit(1)
}
