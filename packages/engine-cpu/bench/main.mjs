// Speed of one core beside its FMA peak and beside peers, all in turns in one run.
//
//   npm run bench -- [--quick] [--json] [--case W1] [--no-peers] [--rounds 7] [--seconds 0.4]
//
// Takes about 4 minutes and half a one with --quick; on a busy machine never over 15 and 6: cases and rounds that would
// come later are left out, peers that do not answer are killed. TensorFlow.js is installed into build/peers (300 MB) when it
// is first needed; PyTorch and numpy are used where a Python has them. What is printed on stdout is the report alone.
//
// While working on the kernels: node packages/engine-cpu/bench/main.mjs --no-peers --case W1, or --case 'width 4'.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { cpuEngineStatus, createCpuEngine } from '../dist/index.js'
import { CASES, KERNEL_CASES } from './cases.mjs'
import { machineOf } from './machine.mjs'
import { measureCase, measureScaling } from './measure.mjs'
import { createParallelPeak } from './parallel-peak.mjs'
import { startPeer } from './peer-process.mjs'
import { PEERS } from './peers.mjs'
import { markdown } from './report.mjs'
import { runSections } from './sections.mjs'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    case: { type: 'string' },
    'no-peers': { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})
/** Measuring stops here; what is under way then (one answer of a peer, one section) is bounded by itself. */
const LIMIT_SECONDS = options.quick ? 60 : 420

const say = (line) => process.stderr.write(`${line}\n`)

async function startPeers() {
  const started = []
  for (const { command, ...known } of options['no-peers'] ? [] : PEERS) {
    try {
      started.push({ ...known, peer: await startPeer(...command()) })
    } catch (error) {
      started.push({ ...known, peer: null, absent: error.message })
    }
  }
  return started
}

/** The cases, until it is late. */
function* inTime(cases, { late }) {
  for (const test of cases) {
    if (late()) say(`${test.id} is left out: the time is over`)
    else yield test
  }
}

async function measureAll(bench, cases, peers) {
  const results = []
  for (const test of inTime(cases, bench)) {
    say(`${test.id} in float32, with peers ...`)
    results.push(await measureCase(bench, { test, numerics: 'ieee-f32/1', peers }))
  }
  for (const test of inTime(cases.filter(({ goals }) => goals.share64 !== undefined), bench)) {
    say(`${test.id} in float64 ...`)
    results.push(await measureCase(bench, { test, numerics: 'ieee-f64/1', peers: [] }))
  }
  return results
}

async function measureThreads(bench, cases, instructionSet) {
  if (machineOf(instructionSet).cores < 2) return []
  const engines = [1, 2].map((threads) => createCpuEngine({ threads, instructionSet }))
  const parallelPeak = createParallelPeak(instructionSet)
  const scaling = []
  for (const test of inTime(cases, bench)) {
    say(`${test.id} on one thread and on two ...`)
    scaling.push(await measureScaling(bench, { test, engines, parallelPeak }))
  }
  await parallelPeak.close()
  return scaling
}

async function main() {
  const status = cpuEngineStatus()
  if (!status.available) throw new Error(status.reason)
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  const { instructionSet } = status
  const known = options['no-peers'] ? [...CASES, ...KERNEL_CASES] : CASES
  const cases = known.filter(({ id }) => options.case === undefined || id === options.case)
  const machine = machineOf(instructionSet)
  const bench = {
    engine: createCpuEngine({ threads: 1, instructionSet }),
    addon: createRequire(import.meta.url)('../build/engine.node'),
    instructionSet,
    folder: mkdtempSync(join(tmpdir(), 'collapsar-bench-')),
    rounds: Number(options.rounds ?? (options.quick ? 3 : 7)),
    seconds: Number(options.seconds ?? (options.quick ? 0.1 : 0.4)),
    late: () => elapsed() > LIMIT_SECONDS,
  }
  const peers = await startPeers()
  try {
    const results = await measureAll(bench, cases, peers)
    const scaling = await measureThreads(bench, cases, instructionSet)
    const cutShort = bench.late()
    const sections = options.case === undefined && !options['no-peers'] && !cutShort ? await runSections(options) : []
    const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
    const { rounds, seconds } = bench
    const report = { machine, command, rounds, seconds, results, scaling, sections, wallSeconds: elapsed(), cutShort }
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${markdown(report)}\n`)
  } finally {
    for (const { peer } of peers) peer?.stop()
    rmSync(bench.folder, { recursive: true, force: true })
  }
}

await main()
