import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createCpuEngine } from '@collapsar/engine-cpu'
import { createDeviceEngine } from '@collapsar/kernels'
import type { Device, Kernel } from '@collapsar/kernels'
import type { Engine } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { createPtxDevice } from '../../../test/support/ptx-device.ts'
import { useSwiftShader } from '../../../test/support/swiftshader.ts'

interface Case {
  readonly id: string
}
interface SpeedRow {
  readonly networks: number
  readonly steps: number
  readonly ours: { readonly stepsPerSecond: { readonly best: number }; readonly gflops: { readonly best: number } }
  readonly trialsPerSecond: { readonly best: number }
}
interface Report {
  readonly bits: readonly { readonly numbers: number; readonly differing: number; readonly first: string | null }[]
  readonly speed: readonly SpeedRow[]
  readonly conformance: { readonly passed: number; readonly failed: number; readonly leftOut: number }
  readonly failed: readonly string[]
}
interface Bench {
  runBench(opened: object, options: object): Promise<Report>
  SIZES: { readonly quick: object }
  GPU_CASES: readonly Case[]
  peakKernel(precision: 'f32' | 'f64'): Kernel
  markdown(report: object): string
  withMeasured(document: string, text: string): string
  openForBench(wanted: { readonly engine: string; readonly device?: string }): Promise<{ readonly device: Device }>
}

const folder = new URL('../bench/', import.meta.url)
const load = async (file: string): Promise<Partial<Bench>> => (await import(new URL(file, folder).href)) as Partial<Bench>
const bench = Object.assign({}, ...(await Promise.all(['run.mjs', 'gpu-cases.mjs', 'peak.mjs', 'report.mjs', 'open-device.mjs'].map(load)))) as Bench

const openEngine = async (): Promise<Engine> => createDeviceEngine(createPtxDevice(), { id: 'cuda', version: '1', numerics: ['ieee-f32/1'] })

/** The bench on a device that reads PTX, at its smallest. */
async function measure(opened: { openEngine(): Promise<Engine> }, changes: object = {}): Promise<Report> {
  const cpu = createCpuEngine({ threads: 1 })
  const report = await bench.runBench(
    { device: createPtxDevice(), facts: { engine: 'cuda', name: 'PTX machine', driver: null }, software: true, visible: null, ...opened },
    {
      cases: bench.GPU_CASES.filter(({ id }) => id === 'W4'),
      checks: /aborted beforehand/,
      cpu,
      definitions: [],
      instructionSet: 'scalar',
      networks: 2,
      peerPlatform: 'cpu',
      say: () => {},
      sections: ['conformance', 'bits', 'speed'],
      sizes: { ...bench.SIZES.quick, rounds: 1, steps: 32, bitSteps: 32 },
      startPeers: async () => [],
      ...changes,
    },
  )
  await cpu.close()
  return report
}

it('measures a device that reads PTX, and finds every bit of the engine cpu', async () => {
  const report = await measure({ openEngine })
  // 55 parameters of each of two networks, and ten facts of how it ended; no trace.
  expect(report.bits).toMatchObject([{ numbers: 2 * (55 + 10), differing: 0, first: null }])
  expect(report.conformance).toMatchObject({ passed: 1, failed: 0, leftOut: 0 })
  expect(report.failed).toEqual([])
  const [row] = report.speed
  expect(row).toMatchObject({ networks: 2, steps: 32 })
  // W4: 36 weights, 32 samples, 6 operations each; a training has 3,000 steps.
  expect(row!.ours.gflops.best).toBeCloseTo((row!.ours.stepsPerSecond.best * 6 * 36 * 32) / 1e9, 12)
  expect(row!.trialsPerSecond.best).toBeCloseTo(row!.ours.stepsPerSecond.best / 3000, 9)
  const text = bench.markdown({ ...report, command: 'npm run bench:gpu' })
  expect(text).toContain('| W4 | ieee-f32/1 | 2 networks, 32 steps | 0 of 130 | 0.0e+0 |  |')
  expect(text).toContain('Conformance: 1 checks passed, 0 failed')
})

it('says of a device that errs in one number which number differs', async () => {
  const report = await measure({ openEngine: async () => erring(await openEngine()) }, { sections: ['bits'] })
  expect(report.bits).toMatchObject([{ differing: 1, first: expect.stringContaining('parameters 3 is') }])
  expect(report.failed).toEqual([expect.stringContaining('W4 in ieee-f32/1: 1 numbers differ, first parameters 3 is')])
})

it('goes on when a device cannot train, and calls it broken', async () => {
  const engine = async () => ({ ...(await openEngine()), train: async () => Promise.reject(new Error('the device has gone')) })
  const report = await measure({ openEngine: engine }, { sections: ['bits', 'speed'] })
  expect(report.failed).toEqual(['W4 in ieee-f32/1: the device has gone', 'W4 in ieee-f32/1: the device has gone'])
})

it('measures the peak by fmas alone: x <- x 3/4 + 1/4 from 0 to 15', async () => {
  const device: Device = createPtxDevice()
  const [threads, rounds] = [256, 3]
  const found = new Float32Array(threads)
  const sums = await device.allocate(found)
  await (await device.load(bench.peakKernel('f32'))).launch(1, [sums], [rounds, 0.75, 0.25])
  await sums.read(found)
  // Each chain starts at thread + i and goes towards 1 by 3/4 a step, 24 steps: 16 + (3/4)^24 (sum of starts - 16).
  const expected = (thread: number) => 16 + 0.75 ** 24 * (16 * thread + 120 - 16)
  for (const thread of [0, 1, 255]) expect(found[thread]).toBeCloseTo(expected(thread), 4)
})

it('writes between the markers of a document, and nowhere else', () => {
  const document = 'a\n<!-- gpu: begin -->\nold\n<!-- gpu: end -->\nb\n'
  expect(bench.withMeasured(document, 'new')).toBe('a\n<!-- gpu: begin -->\nnew\n<!-- gpu: end -->\nb\n')
  expect(() => bench.withMeasured('no markers', 'new')).toThrow('no <!-- gpu: begin --> before <!-- gpu: end -->')
})

it.skipIf(existsSync('/dev/nvidia0'))('says that there is no such device, and refuses wrong options, by exit codes', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [fileURLToPath(new URL('main.mjs', folder)), ...args], { encoding: 'utf8' })
  const none = run()
  expect([none.status, none.stdout]).toEqual([1, ''])
  expect(none.stderr).toContain('There is nothing to measure: The driver of an NVIDIA processor is not installed here')
  expect(run('--engine', 'metal')).toMatchObject({ status: 2, stderr: '--engine is metal; accepted: cuda, webgpu.\n' })
  expect(run('--networks', 'many')).toMatchObject({ status: 2, stderr: '--networks is many; accepted: an integer from 1 to 9,999,999.\n' })
  expect(run('--write', 'x', '--case', 'W1').status).toBe(2)
})

it.skipIf(!useSwiftShader())('the bench opens a device of WebGPU that was asked for, and refuses software that was not', async () => {
  const opened = await bench.openForBench({ engine: 'webgpu', device: 'software' })
  expect(opened).toMatchObject({ software: true, facts: { engine: 'webgpu', name: expect.stringContaining('SwiftShader') as string } })
  await opened.device.close()
  await expect(bench.openForBench({ engine: 'webgpu' })).rejects.toThrow('must be asked for')
})

/** One parameter is another number. */
function erring(engine: Engine): Engine {
  return {
    ...engine,
    async train(batch, signal) {
      const trained = await engine.train(batch, signal)
      trained.parameters[3] = (trained.parameters[3] ?? 0) + 1
      return trained
    },
  }
}
