// A whole sweep, from the command line to the stored blocks: trials a second, and the share of processor time that is not
// spent in the kernel.
//
//   npm run build && node packages/engine-cpu/bench/whole-sweep.mjs [threads]
//
// The kernel's share is measured apart, by training the same trials with the engine alone; everything else is outside:
// measuring, packing, the queue, the database (both embedded) and the process itself. What a run takes that finds all
// trials recorded (start, database, map) is told apart. Processor time is that of all processes and threads of the run.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { lawBatch } from '@collapsar/trial'

import { createCpuEngine } from '../dist/index.js'

const THREADS = Number(process.argv[2] ?? 1)
const only = process.argv[3]
const BATCH = 100_000
const command = fileURLToPath(new URL('../../cli/bin/collapsar.mjs', import.meta.url))

const CASES = [
  { name: 'born dead: depth 10, width 2, no steps', inits: 1_000_000, steps: 0, goal: null },
  { name: 'W1: depth 10, width 2, 3,000 steps', inits: 20_000, steps: 3000, goal: 0.05 },
]

function specOf(steps) {
  return {
    numerics: 'ieee-f32/1',
    seed: 0,
    depth: 10,
    width: 2,
    network: { activation: { kind: 'relu' }, initialization: { kind: 'he-normal' }, bias: { kind: 'zero' } },
    problem: { target: 'abs', inputDim: 1, points: 128, sampling: 'grid', domain: [-Math.sqrt(3), Math.sqrt(3)] },
    training: { loss: 'mse', optimizer: { kind: 'adam', learningRate: 1e-3 }, batch: 'full', steps, stopAtDeath: true },
  }
}

/** Processor seconds of the engine alone for the trials [0, inits). */
async function kernelSeconds({ inits, steps }) {
  const engine = createCpuEngine({ threads: THREADS })
  let microseconds = 0
  for (let first = 0; first < inits; first += BATCH) {
    const batch = lawBatch(specOf(steps), Float64Array.from({ length: Math.min(BATCH, inits - first) }, (_, i) => first + i))
    const before = process.cpuUsage()
    await engine.train(batch, new AbortController().signal)
    const { user, system } = process.cpuUsage(before)
    microseconds += user + system
  }
  await engine.close()
  return microseconds / 1e6
}

/** Runs the command line; wall seconds, and processor seconds of all its processes (the shell's `times`). */
function run(file, data) {
  const started = performance.now()
  const node = [process.execPath, command, 'run', file, '--json', '--data', data, '--threads', String(THREADS)]
  const script = '"$@" > "$OUTPUT" || exit 1; times'
  const env = { ...process.env, OUTPUT: join(data, 'run.json') }
  const times = execFileSync('sh', ['-c', script, 'sh', ...node], { encoding: 'utf8', env })
  const children = times.trim().split('\n')[1] ?? ''
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * Number(m) + Number(s), 0)
  return { wall: (performance.now() - started) / 1e3, cpu }
}

async function measure(test) {
  const folder = mkdtempSync(join(tmpdir(), 'whole-sweep-'))
  try {
    const file = join(folder, 'sweep.json')
    const grid = { depth: [10], width: [2] }
    writeFileSync(file, JSON.stringify({ grid, inits: test.inits, training: { steps: test.steps } }))
    const whole = run(file, folder)
    const again = run(file, folder)
    const kernel = await kernelSeconds(test)
    const own = whole.cpu - again.cpu
    const share = (own - kernel) / own
    console.log(
      `${test.name}, ${test.inits} trials, ${THREADS} thread${THREADS === 1 ? '' : 's'}\n` +
        `  ${(test.inits / whole.wall).toFixed(0)} trials/s end to end in ${whole.wall.toFixed(1)} s, ` +
        `${(test.inits / (whole.wall - again.wall)).toFixed(0)} trials/s without the ${again.wall.toFixed(1)} s of a run that trains nothing\n` +
        `  CPU ${whole.cpu.toFixed(1)} s: kernel ${kernel.toFixed(1)} s, a run that trains nothing ${again.cpu.toFixed(1)} s, ` +
        `the rest ${(own - kernel).toFixed(1)} s (${((1e6 * (own - kernel)) / test.inits).toFixed(1)} us a trial)\n` +
        `  outside the kernel ${(100 * share).toFixed(1)}%` +
        (test.goal === null ? '' : ` (goal ${100 * test.goal}%)`),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const test of CASES) if (only === undefined || test.name.includes(only)) await measure(test)
