// Networks a second on one core that are drawn, judged and written out: the born-dead path, no step of training.
//
//   npx tsc -b packages/engine-cpu && node packages/engine-cpu/build.mjs && node packages/engine-cpu/bench/born-dead.mjs [--json] [--quick]
//
// Depth 10, width 2, he-normal, zero biases, 128 points of |x|; memory for the results included. "best" is the quiet
// machine, "median" what one gets beside other load, "CPU" what a network takes of a core.
import { parseArgs } from 'node:util'

import { lawBatch } from '@collapsar/trial'

import { createCpuEngine, cpuEngineStatus } from '../dist/index.js'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
})
const ROUNDS = options.quick ? 3 : 9
const NETWORKS = 200_000
const GOAL = 400_000
/** Share that is born dead in an independent simulation of 4e6 networks. */
const BORN_DEAD = 0.8798

const spec = {
  numerics: 'ieee-f32/1',
  seed: 0,
  depth: 10,
  width: 2,
  network: { activation: { kind: 'relu' }, initialization: { kind: 'he-normal' }, bias: { kind: 'zero' } },
  problem: { target: 'abs', inputDim: 1, points: 128, sampling: 'grid', domain: [-Math.sqrt(3), Math.sqrt(3)] },
  training: { loss: 'mse', optimizer: { kind: 'adam', learningRate: 1e-3 }, batch: 'full', steps: 0, stopAtDeath: true },
}

const instructionSet = process.env.INSTRUCTION_SET ?? cpuEngineStatus().instructionSet
const engine = createCpuEngine({ threads: 1, instructionSet })
const speeds = []
const seconds = []
let dead = 0
for (let round = 0; round < ROUNDS; round++) {
  const batch = lawBatch(spec, Float64Array.from({ length: NETWORKS }, (_, i) => round * NETWORKS + i))
  const cpu = process.cpuUsage()
  const started = performance.now()
  const { initialDeadLayer } = await engine.train(batch, new AbortController().signal)
  speeds.push((1e3 * NETWORKS) / (performance.now() - started))
  const { user, system } = process.cpuUsage(cpu)
  seconds.push((user + system) / 1e6)
  dead += initialDeadLayer.reduce((count, layer) => count + (layer > 0 ? 1 : 0), 0)
}
await engine.close()

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const share = dead / (ROUNDS * NETWORKS)
const row = {
  case: 'depth 10, width 2, he-normal, zero biases, 128 points',
  'networks/s, best': Math.max(...speeds),
  median: median(speeds),
  goal: GOAL,
  'CPU us a network': (1e6 * median(seconds)) / NETWORKS,
  'born dead': share,
  'born dead, simulated elsewhere': BORN_DEAD,
}
const line = Object.entries(row).map(([name, value]) => `${name}: ${typeof value === 'number' ? value.toPrecision(4) : value}`)
console.log(options.json ? JSON.stringify([row]) : `${instructionSet}, one thread; ${line.join('; ')}`)
