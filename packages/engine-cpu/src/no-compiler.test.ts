import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const NO_COMPILER = 3

describe('on a machine without a C++ compiler', () => {
  // the package as it lies in a fresh clone, its TypeScript compiled, and no addon
  let copy = ''
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'collapsar-no-compiler-'))
    const parts = ['build.mjs', 'compiler.mjs', 'native', 'dist', 'package.json']
    for (const part of parts) cpSync(join(PACKAGE, part), join(copy, part), { recursive: true })
    symlinkSync(MODULES, join(copy, 'node_modules'))
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  const node = (args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: copy, env: { PATH: '' }, encoding: 'utf8', timeout: 30_000 })

  it('the build exits with a code of its own and says what to install', () => {
    const { status, stderr, stdout } = node(['build.mjs'])
    expect({ status, stdout }).toEqual({ status: NO_COMPILER, stdout: '' })
    expect(stderr).toContain('no C++ compiler found. Install g++ or clang++ (Debian: apt-get install g++')
  })

  it('the status says so, an engine cannot be made, and other engines train', () => {
    const script = `
      import { cpuEngineStatus, createCpuEngine } from './dist/index.js'
      import { createReferenceEngine } from '@collapsar/trial'
      const attempt = () => { try { createCpuEngine() } catch ({ message }) { return message } }
      const batch = {
        numerics: 'ieee-f64/1',
        shape: { sizes: [1, 1, 1], activation: { kind: 'relu' } },
        training: { loss: 'mse', optimizer: { kind: 'sgd', learningRate: 0.5, momentum: 0 }, batch: 'full', steps: 1, stopAtDeath: true },
        points: { count: 1, inputDim: 1, outputDim: 1, inputs: Float64Array.of(1), targets: Float64Array.of(2) },
        trials: Float64Array.of(0), minibatchKey: [0, 0], initial: Float64Array.of(1, 0, 1, 0), trace: false,
      }
      const { parameters } = await createReferenceEngine().train(batch, new AbortController().signal)
      console.log(JSON.stringify({ status: cpuEngineStatus(), message: attempt(), parameters: [...parameters] }))`
    const { stdout, stderr } = node(['--input-type=module', '-e', script])
    expect(stderr).toBe('')
    const { status, message, parameters } = JSON.parse(stdout) as { status: object; message: string; parameters: number[] }
    const reason = expect.stringContaining('could not be loaded: it was not built; install a C++20 compiler') as string
    expect(status).toEqual({ available: false, reason })
    expect(message).toEqual(reason)
    // one step by hand: o = 1, dz = 2 (1 - 2) = -2, every gradient is -2, and each parameter rises by 0.5 * 2
    expect(parameters).toEqual([2, 1, 2, 1])
  })
})
