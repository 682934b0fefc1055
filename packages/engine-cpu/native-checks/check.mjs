// Compiles and runs one of the checks of checks.mjs.
//
//   node check.mjs avx512|neon|sanitizers|threads|memory [arguments of the program]
//
// The program is kept in build/checks, named by a hash of everything that went into it, and compiled again only when that
// has changed. Exit codes: 0 passed, 1 failed, 3 something is not installed (stderr says what, and how to get it).
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { COMMON_FLAGS, findTool, runCompiler } from '../compiler.mjs'
import { CHECKS } from './checks.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const native = fileURLToPath(new URL('../native', import.meta.url))
const builds = fileURLToPath(new URL('../build/checks', import.meta.url))
const MISSING = 3
const RUN_LIMIT_MS = 150_000

// The bits of these programs count and their speed does not: without forced inlining and optimization they compile in a quarter of
// the processor time, which is many times what they take to run.
const FLAGS = [...COMMON_FLAGS, '-O0', '-DALWAYS_INLINE=inline', '-I', here, '-I', native]

class Missing extends Error {}

function find(names, advice) {
  const tool = findTool(names)
  if (tool === null) throw new Missing(advice)
  return tool
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

async function compile(name, check, compiler) {
  const program = programPath(name, check, compiler)
  const scratch = join(builds, `scratch-${process.pid}`)
  mkdirSync(scratch, { recursive: true })
  const waiting = [...check.units]
  const objectOf = ({ source }) => join(scratch, `${source}.o`)
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      await runCompiler(compiler, [...FLAGS, ...check.define, ...unit.flags, '-o', objectOf(unit), '-c', pathOf(unit.source)])
    }
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    const linked = join(scratch, 'program')
    await runCompiler(compiler, ['-pthread', ...(check.link ?? []), ...check.units.map(objectOf), '-o', linked])
    // Objects of two states of a header do not fit together.
    if (programPath(name, check, compiler) !== program) throw new Error('a source changed while it was compiled: run again')
    renameSync(linked, program)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The program of a check, compiled if need be; older ones of the same name are removed. */
async function programOf(name, check) {
  const compiler = find(check.compilers, check.compilerAdvice ?? 'no C++ compiler (Debian: apt-get install g++)')
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
  const runner = check.runner === undefined ? [] : [find(check.runner, check.runnerAdvice).command]
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
