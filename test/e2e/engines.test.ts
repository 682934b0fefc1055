import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { collapsar } from '../support/collapsar.ts'
import { useSwiftShader } from '../support/swiftshader.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-engines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const data = ['--data', join(folder, 'data')]
const shader = useSwiftShader()
const { VK_DRIVER_FILES = '', VK_ICD_FILENAMES = '' } = process.env
const env = { VK_DRIVER_FILES, VK_ICD_FILENAMES }

/** Born dead, dying and living networks of one cell, in an arithmetic. */
function sweep(numerics: string): string {
  const path = join(folder, `${numerics.slice(0, 4)}.json`)
  const training = { steps: 64, batch: 8 }
  writeFileSync(path, JSON.stringify({ numerics, grid: { depth: 5, width: 2 }, inits: 100, problem: { points: 16 }, training }))
  return path
}

interface Document {
  readonly cells: readonly { readonly trials: number; readonly engine: string; readonly outcomes: Readonly<Record<string, number>> }[]
}

const runJson = async (...args: string[]) => {
  const { code, stdout, stderr } = await collapsar(['run', ...args, '--json', ...data], env)
  expect(code, stderr).toBe(0)
  return (JSON.parse(stdout) as Document).cells[0]!
}

describe.each([
  ['tfjs', 'tfjs-f32/1', ['--device', 'wasm'], true],
  ['webgpu', 'webgpu-f32/1', ['--device', 'software'], shader],
] as const)('the engine %s', (kind, numerics, device, isHere) => {
  it.skipIf(!isHere)('trains a sweep from its file, ends its trials as the processor does, and replays one without comparing it', async () => {
    const trained = await runJson(sweep(numerics), ...device)
    expect(trained).toMatchObject({ trials: 100, engine: kind })
    // The initial networks are the same to the bit, and 64 steps are too few for rounding to part how they end.
    expect(trained.outcomes).toEqual((await runJson(sweep('ieee-f32/1'))).outcomes)
    const replayed = await collapsar(['replay', sweep(numerics), ...device, '--depth', '5', '--width', '2', '--trial', '7', ...data], env)
    expect(replayed).toMatchObject({ code: 0 })
    expect(replayed.stdout).toContain('its numerics promises no bits to compare')
  }, 120_000)
})

it('an engine that is not here is refused before anything is written, with what to do', async () => {
  const refused = await collapsar(['run', sweep('ieee-f32/1'), '--engine', 'cuda', '--device', '7', '--inits', '200', ...data])
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/The driver of an NVIDIA processor is not installed here|There is no CUDA device 7/)
  const wrong = await collapsar(['run', sweep('ieee-f32/1'), '--engine', 'webgpu', ...data])
  expect(wrong).toMatchObject({ code: 3, stdout: '' })
  expect(wrong.stderr).toContain('engine is webgpu, which does not offer ieee-f32/1; accepted with it: auto, cpu, cuda; with webgpu: numerics webgpu-f32/1')
})
