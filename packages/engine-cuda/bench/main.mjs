// A graphics processor: conformance, bits against the engine cpu, and speed beside its FMA peak and beside JAX and PyTorch.
//
//   npm run bench:gpu [-- --quick --json --engine cuda|webgpu --device D --case W1 --only speed --no-peers --write docs/gpu.md]
//
// Takes up to fifteen minutes, a part of it (--only) less than ten, and with --quick four. Exits with 0; with 1 where there is no such device; with 2 for wrong arguments; with 3 when it has
// measured but a promise was broken (a check failed, or bits differ). What is printed on stdout is the report alone. docs/gpu.md says more.
//
// Where there is no graphics processor the whole path runs on a software driver, at tiny sizes: --engine webgpu --device software --networks 4 --steps 32
// --peer-platform cpu.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { cpuEngineStatus, createCpuEngine } from '../../engine-cpu/dist/index.js'
import { GPU_CASES } from './gpu-cases.mjs'
import { startGpuPeers } from './gpu-peers.mjs'
import { ENGINES, openForBench } from './open-device.mjs'
import { markdown, withMeasured } from './report.mjs'
import { runBench, SECTIONS, SIZES } from './run.mjs'

const EXIT = { done: 0, noDevice: 1, usage: 2, broken: 3 }
const OPTIONS = {
  'quick': { type: 'boolean', default: false },
  'json': { type: 'boolean', default: false },
  'engine': { type: 'string', default: 'cuda' },
  'device': { type: 'string' },
  'case': { type: 'string', multiple: true },
  'only': { type: 'string', multiple: true },
  'no-peers': { type: 'boolean', default: false },
  'peer-platform': { type: 'string', default: 'gpu' },
  'networks': { type: 'string' },
  'steps': { type: 'string' },
  'rounds': { type: 'string' },
  'checks': { type: 'string' },
  'write': { type: 'string' },
}

const say = (line) => process.stderr.write(`${line}\n`)

function readOptions() {
  const { values } = parseArgs({ options: OPTIONS })
  const oneOf = (name, accepted) => {
    for (const value of [values[name] ?? []].flat()) {
      if (!accepted.includes(value)) throw new RangeError(`--${name} is ${value}; accepted: ${accepted.join(', ')}.`)
    }
  }
  oneOf('engine', ENGINES)
  oneOf('case', GPU_CASES.map(({ id }) => id))
  oneOf('only', SECTIONS)
  oneOf('peer-platform', ['gpu', 'cpu'])
  for (const name of ['networks', 'steps', 'rounds']) {
    const value = String(values[name] ?? 1)
    if (!/^[1-9]\d{0,6}$/.test(value)) throw new RangeError(`--${name} is ${value}; accepted: an integer from 1 to 9,999,999.`)
  }
  if (values.write !== undefined && (values.case ?? values.only ?? values.networks ?? values.steps) !== undefined) {
    throw new RangeError('--write takes a whole run, without --case, --only, --networks and --steps.')
  }
  return values
}

/** What the options change of the sizes. */
function sizesOf({ quick, rounds, steps }) {
  const sizes = quick ? SIZES.quick : SIZES.full
  const given = steps === undefined ? {} : { steps: Number(steps), bitSteps: Number(steps) }
  return { ...sizes, ...given, ...(rounds === undefined ? {} : { rounds: Number(rounds) }) }
}

async function bench(opened, options) {
  const status = cpuEngineStatus()
  if (!status.available) throw new Error(status.reason)
  const cpu = createCpuEngine()
  const networks = options.networks === undefined ? null : Number(options.networks)
  const report = await runBench(opened, {
    cases: GPU_CASES.filter(({ id }) => options.case === undefined || options.case.includes(id)),
    checks: options.checks === undefined ? undefined : new RegExp(options.checks),
    cpu,
    instructionSet: status.instructionSet,
    networks,
    peerPlatform: options['peer-platform'],
    say,
    sections: options.only ?? SECTIONS,
    sizes: sizesOf(options),
    startPeers: async () => (options['no-peers'] ? [] : startGpuPeers({ networks, platform: options['peer-platform'], quick: options.quick, visible: opened.visible })),
  })
  await cpu.close()
  return { ...report, command: ['npm run bench:gpu', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ') }
}

/** Asked before minutes of measuring. @throws Error when the figures could not be written there, or are none of a graphics processor */
function checkTarget({ 'peer-platform': platform, write }, { software }) {
  if (write === undefined) return
  if (software || platform === 'cpu') throw new RangeError('--write takes figures of a graphics processor: without --device software and --peer-platform cpu.')
  withMeasured(readFileSync(write, 'utf8'), '')
}

async function main() {
  let options
  try {
    options = readOptions()
  } catch (error) {
    say(error.message)
    return EXIT.usage
  }
  let opened
  try {
    opened = await openForBench(options)
  } catch (error) {
    say(`There is nothing to measure: ${error.message}`)
    return EXIT.noDevice
  }
  try {
    checkTarget(options, opened)
  } catch (error) {
    say(error.message)
    return EXIT.usage
  }
  const report = await bench(opened, options)
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${markdown(report)}\n`)
  if (options.write !== undefined) writeFileSync(options.write, withMeasured(readFileSync(options.write, 'utf8'), markdown(report)))
  for (const sentence of report.failed) say(`BROKEN: ${sentence}`)
  return report.failed.length > 0 ? EXIT.broken : EXIT.done
}

// Drivers and closed engines may leave handles behind.
process.exit(await main())
