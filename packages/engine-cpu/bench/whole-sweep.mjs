// A whole sweep, from the command line to the stored blocks: trials a second, and the share of processor time that is not
// spent in the kernel.
//
//   npm run build && node packages/engine-cpu/bench/whole-sweep.mjs [--threads N] [--case W1] [--json] [--quick]
//
// Processor time is that of all processes and threads of the run: kernel threads as they count it themselves, and
// everything else, which is measuring, packing, the queue, the database (both embedded) and the processes themselves. A run
// of a tenth of the trials goes before: the difference of the two is what more trials cost, without the start of either.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    case: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})
const THREADS = Number(options.threads)
/** Of the trials, in a quick run. */
const PART = options.quick ? 0.1 : 1
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

/** @param few the run before, of a tenth of the trials @param all the run of the rest */
function rowOf(test, few, all) {
  const trials = 0.9 * test.inits
  const more = 0.8 * test.inits
  const kernel = all.kernel - few.kernel
  const outside = all.cpu - few.cpu - kernel
  return {
    case: test.name,
    trials,
    threads: THREADS,
    'trials/s, start included': trials / all.wall,
    'trials/s beyond the start': more / (all.wall - few.wall),
    'kernel, us a trial': (1e6 * kernel) / more,
    'outside, us a trial': (1e6 * outside) / more,
    'share outside': outside / (kernel + outside),
    'share outside, start included': 1 - all.kernel / all.cpu,
    goal: test.goal,
  }
}

function measure(test) {
  const folder = mkdtempSync(join(tmpdir(), 'whole-sweep-'))
  try {
    run(folder, { ...test, inits: 100, width: 3 }) // creates the database
    const few = run(folder, { ...test, inits: test.inits / 10, width: 2 })
    return rowOf(test, few, run(folder, { ...test, width: 2 }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const rows = CASES.filter(({ name }) => name.includes(options.case)).map((test) => measure({ ...test, inits: PART * test.inits }))
if (options.json) console.log(JSON.stringify(rows))
else for (const row of rows) console.log(Object.entries(row).map(([name, value]) => `${name}: ${value}`).join('\n'), '\n')
