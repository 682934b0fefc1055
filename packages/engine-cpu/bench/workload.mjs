// One case as our engine takes it, and as a folder for the peers: the same networks, points and samples.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { allocateParameters, fillNormals, fillPhilox, layerLayouts, layerSizes, parameterCount } from '@collapsar/trial'

import { CHECK, LEARNING_RATE, samplesOf } from './cases.mjs'

const MINIBATCH_KEY = [0x12345678, 0x9abcdef0]
const INIT_KEY = [1, 2]
/** Most of those that die do so before. */
const LIFETIME_STEPS = 1024
const never = new AbortController().signal

const shapeOf = ({ depth, width }) => ({ sizes: layerSizes(1, depth, width, 1), activation: { kind: 'relu' } })

function pointsOf({ points }) {
  const inputs = Float64Array.from({ length: points }, (_, i) => ((2 * i + 1) / points - 1) * Math.sqrt(3))
  return { count: points, inputDim: 1, outputDim: 1, inputs, targets: inputs.map(Math.abs) }
}

/** He-normal weights and normal biases of deviation 0.3, [network][parameter]: some are dead, as always. */
function drawn(test, numerics, networks, first) {
  const shape = shapeOf(test)
  const count = parameterCount(shape)
  const initial = allocateParameters(numerics, networks * count)
  const row = new Float64Array(count)
  for (let network = 0; network < networks; network++) {
    fillNormals(row, count, { key: INIT_KEY, trial: first + network, tensor: 0 })
    for (const { inputs, outputs, weights, biases } of layerLayouts(shape.sizes)) {
      for (let i = 0; i < inputs * outputs; i++) row[weights + i] *= Math.sqrt(2 / inputs)
      for (let i = 0; i < outputs; i++) row[biases + i] *= 0.3
    }
    initial.set(row, network * count)
  }
  return initial
}

/** A batch of our engine; `initial` [network][parameter] names the networks. */
export function batchOf(test, { numerics, initial, steps }) {
  const shape = shapeOf(test)
  return {
    numerics,
    shape,
    training: { loss: 'mse', optimizer: { kind: 'adam', learningRate: LEARNING_RATE }, batch: test.batch, steps, stopAtDeath: false },
    points: pointsOf(test),
    trials: Float64Array.from({ length: initial.length / parameterCount(shape) }, (_, i) => i),
    minibatchKey: MINIBATCH_KEY,
    noiseKey: [0, 0],
    initial,
    trace: false,
  }
}

/**
 * Networks of the case that live through their first updates, by our engine. Dead ones would check little, and in a sweep
 * they leave their lanes.
 */
export async function livingNetworks(engine, test, numerics, networks) {
  const count = parameterCount(shapeOf(test))
  const alive = allocateParameters(numerics, networks * count)
  let found = 0
  for (let first = 0; found < networks; first += networks) {
    const initial = drawn(test, numerics, networks, first)
    const batch = batchOf(test, { numerics, initial, steps: LIFETIME_STEPS })
    const { deadLayer } = await engine.train({ ...batch, training: { ...batch.training, stopAtDeath: true } }, never)
    for (let i = 0; i < networks && found < networks; i++) {
      if (deadLayer[i] !== 0) continue
      alive.set(initial.subarray(i * count, (i + 1) * count), found * count)
      found += 1
    }
  }
  return alive
}

/** Indices of the points that our engine draws (NUMERICS.md, 4), [step][network][sample]. */
function samplesDrawn({ points, batch }) {
  const words = new Uint32Array(4 * Math.ceil(batch / 4))
  const samples = new Uint32Array(CHECK.steps * CHECK.networks * batch)
  for (let step = 0; step < CHECK.steps; step++) {
    for (let network = 0; network < CHECK.networks; network++) {
      fillPhilox(words, words.length / 4, [0, step, network, 0], MINIBATCH_KEY)
      const at = (step * CHECK.networks + network) * batch
      for (let s = 0; s < batch; s++) samples[at + s] = Number((BigInt(words[s]) * BigInt(points)) >> 32n)
    }
  }
  return samples
}

/** Writes what the peers read (peers/workload.py) and returns our losses [network] after the steps of the check. */
export async function writeWorkload(engine, test, folder) {
  const initial = await livingNetworks(engine, test, 'ieee-f32/1', CHECK.networks)
  const { inputs, targets } = pointsOf(test)
  const manifest = {
    sizes: shapeOf(test).sizes,
    learningRate: LEARNING_RATE,
    steps: CHECK.steps,
    networks: CHECK.networks,
    points: test.points,
    batch: samplesOf(test),
    minibatch: test.batch !== 'full',
  }
  mkdirSync(folder, { recursive: true })
  const write = (name, array) => writeFileSync(join(folder, name), new Uint8Array(array.buffer))
  write('initial.f32', initial)
  write('inputs.f32', Float32Array.from(inputs))
  write('targets.f32', Float32Array.from(targets))
  if (manifest.minibatch) write('samples.u32', samplesDrawn(test))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const { loss } = await engine.train(batchOf(test, { numerics: 'ieee-f32/1', initial, steps: CHECK.steps }), never)
  return [...loss]
}
