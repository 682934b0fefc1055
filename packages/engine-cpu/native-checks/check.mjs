// Compiles and runs one of the checks of checks.mjs.
//
//   node check.mjs avx512|neon|sanitizers|threads|memory [arguments of the program]
//
// The program is kept in build/checks, named by a hash of everything that went into it, and compiled again only when that
// has changed. Exit codes: 0 passed, 1 failed, 3 something is not installed (stderr says what, and how to get it).
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { CHECKS } from './checks.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const native = fileURLToPath(new URL('../native', import.meta.url))
const builds = fileURLToPath(new URL('../build/checks', import.meta.url))
const MISSING = 3
const RUN_LIMIT_MS = 150_000

// Of build.mjs: what the numerics needs. Less optimized, for the time of compilation.
const FLAGS = [
  '-std=c++20', '-O1', '-pthread', '-ffp-contract=off', '-fno-math-errno', '-fno-strict-aliasing', '-Wno-psabi',
  '-Wno-ignored-attributes', '-Wno-unknown-warning-option', '-I', here, '-I', native,
]

class Missing extends Error {}

function find(names, argument, advice) {
  for (const name of names) {
    try {
      const version = execFileSync(name, [argument], { encoding: 'utf8', stdio: 'pipe' }).split('\n')[0]
      return { name, version }
    } catch {
      // not installed under this name: try the next
    }
  }
  throw new Missing(advice)
}

const pathOf = (source) => (existsSync(join(here, source)) ? join(here, source) : join(native, source))

/** Changes with the compiler, the flags and every source that could be included. */
function hashOf(check, compiler) {
  const hash = createHash('sha256').update(JSON.stringify([FLAGS, check, compiler.version]))
  for (const folder of [native, here, join(here, 'simde')]) {
    for (const file of readdirSync(folder).toSorted()) {
      if (/\.(cc|h)$/.test(file)) hash.update(file).update(readFileSync(join(folder, file)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

const programPath = (name, check, compiler) => join(builds, `${name}-${hashOf(check, compiler)}`)

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} failed on ${args.at(-1)}`))))
  })
}

async function compile(name, check, compiler) {
  const program = programPath(name, check, compiler)
  const scratch = join(builds, `scratch-${process.pid}`)
  mkdirSync(scratch, { recursive: true })
  const waiting = [...check.units]
  const objectOf = ({ source }) => join(scratch, `${source}.o`)
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      await run(compiler.name, [...FLAGS, ...check.define, ...unit.flags, '-o', objectOf(unit), '-c', pathOf(unit.source)])
    }
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    const linked = join(scratch, 'program')
    await run(compiler.name, ['-pthread', ...(check.link ?? []), ...check.units.map(objectOf), '-o', linked])
    // Objects of two states of a header do not fit together.
    if (programPath(name, check, compiler) !== program) throw new Error('a source changed while it was compiled: run again')
    renameSync(linked, program)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The program of a check, compiled if need be; older ones of the same name are removed. */
async function programOf(name, check) {
  const compilers = check.compilers ?? [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean)
  const compiler = find(compilers, '--version', check.compilerAdvice ?? 'no C++ compiler (Debian: apt-get install g++)')
  const program = programPath(name, check, compiler)
  if (existsSync(program)) return program
  mkdirSync(builds, { recursive: true })
  for (const old of readdirSync(builds)) {
    if (old.startsWith(`${name}-`)) rmSync(join(builds, old), { recursive: true })
  }
  await compile(name, check, compiler)
  return program
}

async function main() {
  const [name, ...given] = process.argv.slice(2)
  const check = CHECKS[name]
  if (check === undefined) throw new Error(`unknown check ${name} (known: ${Object.keys(CHECKS).join(', ')})`)
  if (check.architecture !== undefined && check.architecture !== process.arch) throw new Missing(`${name} is checked on ${check.architecture} only`)
  if (check.needs !== undefined && !existsSync(check.needs.file)) throw new Missing(check.needs.advice)
  const runner = check.runner === undefined ? [] : [find(check.runner, '--version', check.runnerAdvice).name]
  const program = await programOf(name, check)
  const [command, ...args] = [...runner, program, ...(given.length > 0 ? given : check.arguments)]
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit', timeout: RUN_LIMIT_MS, env: { ...process.env, ...check.environment } })
  if (signal !== null) process.stderr.write(`${name} was ended by ${signal}\n`)
  process.exitCode = status === 0 ? 0 : 1
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error instanceof Missing ? MISSING : 1
}
