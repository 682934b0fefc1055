// A whole sweep, from the command line to the stored blocks: trials a second, and the share of processor time that is not
// spent in the kernel.
//
//   npm run build && node packages/engine-cpu/bench/whole-sweep.mjs [threads]
//
// Processor time is that of all processes and threads of the run: kernel threads as they count it themselves, and
// everything else, which is measuring, packing, the queue, the database (both embedded) and the processes themselves. A run
// of a tenth of the trials goes before: the difference of the two is what more trials cost, without the start of either.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const THREADS = Number(process.argv[2] ?? 1)
const only = process.argv[3]
const command = fileURLToPath(new URL('../../cli/bin/collapsar.mjs', import.meta.url))
const preload = new URL('kernel-seconds.mjs', import.meta.url).href

const CASES = [
  { name: 'born dead: depth 10, width 2, no steps', inits: 1_000_000, steps: 0, goal: null },
  { name: 'W1: depth 10, width 2, 3,000 steps', inits: 400_000, steps: 3000, goal: 0.05 },
]

/** Runs the command line; seconds by the clock, of processors in kernels and of processors in all (the shell's `times`). */
function run(folder, { inits, width, steps }) {
  const file = join(folder, 'sweep.json')
  writeFileSync(file, JSON.stringify({ grid: { depth: [10], width: [width] }, inits, training: { steps } }))
  const node = [process.execPath, '--import', preload, command, 'run', file, '--json', '--data', folder]
  const env = { ...process.env, OUTPUT: join(folder, 'run.json'), KERNEL_SECONDS: join(folder, 'kernel-seconds') }
  const started = performance.now()
  const script = ['-c', '"$@" > "$OUTPUT" 2> /dev/null || exit 1; times', 'sh', ...node, '--threads', String(THREADS)]
  const times = execFileSync('sh', script, { encoding: 'utf8', env })
  const wall = (performance.now() - started) / 1e3
  const children = times.trim().split('\n')[1] ?? ''
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * Number(m) + Number(s), 0)
  return { wall, cpu, kernel: Number(readFileSync(env.KERNEL_SECONDS, 'utf8')) }
}

const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)}%`

function report(test, few, all) {
  const trials = 0.8 * test.inits
  const cpu = all.cpu - few.cpu
  const outside = cpu - (all.kernel - few.kernel)
  console.log(
    `${test.name}: ${0.9 * test.inits} trials on ${THREADS} thread${THREADS === 1 ? '' : 's'}\n` +
      `  ${((0.9 * test.inits) / all.wall).toFixed(0)} trials/s end to end (${all.wall.toFixed(1)} s); ` +
      `${(trials / (all.wall - few.wall)).toFixed(0)} trials/s beyond the start\n` +
      `  CPU: kernel ${all.kernel.toFixed(2)} s, outside ${(all.cpu - all.kernel).toFixed(2)} s, that is ` +
      `${percent(all.cpu - all.kernel, all.cpu)}, the start included\n` +
      `  more trials: kernel ${((1e6 * (cpu - outside)) / trials).toFixed(1)} us, outside ${((1e6 * outside) / trials).toFixed(1)} us a trial; ` +
      `outside ${percent(outside, cpu)}` + (test.goal === null ? '' : ` (goal ${100 * test.goal}%)`),
  )
}

function measure(test) {
  const folder = mkdtempSync(join(tmpdir(), 'whole-sweep-'))
  try {
    run(folder, { ...test, inits: 100, width: 3 }) // creates the database
    const few = run(folder, { ...test, inits: test.inits / 10, width: 2 })
    report(test, few, run(folder, { ...test, width: 2 }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const test of CASES) if (only === undefined || test.name.includes(only)) measure(test)
