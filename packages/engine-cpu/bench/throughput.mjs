// Speed of one core beside the machine's own FMA peak, measured alternately in the same run.
//
//   npx tsc -b packages/engine-cpu && node packages/engine-cpu/build.mjs && node packages/engine-cpu/bench/throughput.mjs
//
// GFLOP/s count 6 per weight and sample (forward, backward, gradient; biases, activations and the optimizer are free).
// "best" is the quiet machine, "median" what one gets beside other load. Goals: share of the peak, at best.
import { createRequire } from 'node:module'

import { layerSizes, parameterCount } from '@collapsar/trial'

import { createCpuEngine, cpuEngineStatus } from '../dist/index.js'

const ROUNDS = Number(process.argv[2] ?? 7)
const only = process.argv[3]
const CASES = [
  { name: 'W1 depth 10 width 2', depth: 10, width: 2, points: 128, batch: 'full', networks: 256, steps: 160, goal: 0.7 },
  { name: 'depth 12 width 4', depth: 12, width: 4, points: 128, batch: 'full', networks: 64, steps: 160, goal: 0.7 },
  { name: 'depth 12 width 5', depth: 12, width: 5, points: 128, batch: 'full', networks: 64, steps: 160, goal: 0.7 },
  { name: 'W2 depth 21 width 8', depth: 21, width: 8, points: 128, batch: 'full', networks: 32, steps: 96, goal: 0.85 },
  { name: 'W3 depth 10 width 32', depth: 10, width: 32, points: 128, batch: 'full', networks: 8, steps: 64, goal: 0.83 },
  { name: 'W4 minibatch 32 of 1024', depth: 10, width: 2, points: 1024, batch: 32, networks: 256, steps: 640, goal: 0.6 },
]

const addon = createRequire(import.meta.url)('../build/engine.node')
const status = cpuEngineStatus()
const instructionSet = process.env.INSTRUCTION_SET ?? status.instructionSet

/** GFLOP/s of fmas that never leave their registers. */
function peak(binary64) {
  const started = performance.now()
  const fmas = addon.fmaLoop(instructionSet, binary64, 3e6)
  return (2 * fmas) / (performance.now() - started) / 1e6
}

function batchOf({ depth, width, points, batch, networks, steps }, numerics) {
  const sizes = layerSizes(1, depth, width, 1)
  const Parameters = numerics === 'ieee-f64/1' ? Float64Array : Float32Array
  const inputs = Float64Array.from({ length: points }, (_, i) => ((2 * i + 1) / points - 1) * Math.sqrt(3))
  return {
    numerics,
    shape: { sizes, activation: { kind: 'relu' } },
    training: { loss: 'mse', optimizer: { kind: 'adam', learningRate: 1e-3 }, batch, steps, stopAtDeath: false },
    points: { count: points, inputDim: 1, outputDim: 1, inputs, targets: inputs.map(Math.abs) },
    trials: Float64Array.from({ length: networks }, (_, i) => i),
    minibatchKey: [1, 2],
    // positive weights that keep the size of a signal: no network is dead, so that every check is short
    initial: Parameters.from({ length: networks * parameterCount({ sizes, activation: { kind: 'relu' } }) }, () => (2 * Math.random()) / width),
    trace: false,
  }
}

function weightsOf({ depth, width }) {
  return 2 * width + (depth - 2) * width * width
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

async function measure(engine, test, numerics) {
  const batch = batchOf(test, numerics)
  const samples = test.batch === 'full' ? test.points : test.batch
  const speeds = []
  const peaks = []
  for (let round = 0; round < ROUNDS; round++) {
    peaks.push(peak(numerics === 'ieee-f64/1'))
    const started = performance.now()
    await engine.train(batch, new AbortController().signal)
    speeds.push((test.networks * test.steps) / (performance.now() - started) * 1e3)
  }
  const gflops = (perSecond) => (perSecond * 6 * weightsOf(test) * samples) / 1e9
  const best = Math.max(...speeds)
  console.log(
    `${numerics}  ${test.name.padEnd(24)}  ${best.toFixed(0).padStart(9)} net*steps/s  ` +
      `best ${gflops(best).toFixed(1).padStart(5)} median ${gflops(median(speeds)).toFixed(1).padStart(5)} GFLOP/s  ` +
      `peak ${Math.max(...peaks).toFixed(1).padStart(5)}  share ${((100 * gflops(best)) / Math.max(...peaks)).toFixed(0)}%` +
      (numerics === 'ieee-f32/1' ? ` (goal ${100 * test.goal}%)` : ''),
  )
}

console.log(`${instructionSet}, one thread, ${ROUNDS} rounds`)
const engine = createCpuEngine({ threads: 1, instructionSet })
for (const numerics of ['ieee-f32/1', 'ieee-f64/1']) {
  for (const test of CASES) {
    if (only === undefined || test.name.includes(only)) await measure(engine, test, numerics)
  }
}
