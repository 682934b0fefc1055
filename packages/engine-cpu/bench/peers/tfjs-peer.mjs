// Stacked networks in TensorFlow.js: batched matMul, autograd and its Adam. The conversation is that of conversation.py.
//
//   node tfjs-peer.mjs FOLDER wasm|cpu      FOLDER holds the node_modules of package.json
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const WARM_UP_STEPS = 3
const [folder, backend] = process.argv.slice(2)
const require = createRequire(join(folder, 'package.json'))
const tf = require('@tensorflow/tfjs')

/** The folder that workload.mjs writes; the arrays as workload.py describes them. */
function readWorkload(from) {
  const bytes = (name) => readFileSync(join(from, name))
  const floats = (name) => new Float32Array(Uint8Array.from(bytes(name)).buffer)
  const manifest = JSON.parse(bytes('manifest.json').toString())
  const samples = manifest.minibatch ? new Int32Array(Uint8Array.from(bytes('samples.u32')).buffer) : null
  return { ...manifest, initial: floats('initial.f32'), inputs: floats('inputs.f32'), targets: floats('targets.f32'), samples }
}

/** Variables of each layer: weights [network][input][output] and biases [network][1][output]. */
function layersOf({ sizes, initial, networks: given }, networks) {
  const parameters = initial.length / given
  const overAndOver = tf.tensor1d(Int32Array.from({ length: networks }, (_, i) => i % given), 'int32')
  const rows = tf.gather(tf.tensor2d(initial, [given, parameters]), overAndOver)
  let at = 0
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]
    const weights = tf.reshape(tf.slice(rows, [0, at], [networks, inputs * outputs]), [networks, outputs, inputs])
    const biases = tf.reshape(tf.slice(rows, [0, at + inputs * outputs], [networks, outputs]), [networks, 1, outputs])
    at += (inputs + 1) * outputs
    return { weights: tf.variable(tf.transpose(weights, [0, 2, 1])), biases: tf.variable(biases) }
  })
}

/** Gradients of a batched matMul are not summed over broadcast dimensions: every network gets its own copy of the points. */
function tiled(values, [points, size], networks) {
  return tf.tile(tf.tensor3d(values, [1, points, size]), [networks, 1, 1])
}

class Stack {
  constructor(workload, networks) {
    const { sizes, points, learningRate } = workload
    this.workload = workload
    this.networks = networks
    this.layers = tf.tidy(() => layersOf(workload, networks))
    this.everything = tf.tidy(() => ({
      x: tiled(workload.inputs, [points, sizes[0]], networks),
      y: tiled(workload.targets, [points, sizes.at(-1)], networks),
    }))
    this.inputs = tf.tensor2d(workload.inputs, [points, sizes[0]])
    this.targets = tf.tensor2d(workload.targets, [points, sizes.at(-1)])
    this.optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8)
  }

  lossesOf({ x, y }) {
    const last = this.layers.length - 1
    const outputs = this.layers.reduce((h, { weights, biases }, layer) => {
      const z = tf.add(tf.matMul(h, weights), biases)
      return layer === last ? z : tf.relu(z)
    }, x)
    return tf.mean(tf.squaredDifference(outputs, y), [1, 2])
  }

  /** `samples`: indices [network][sample], or null for the full batch. */
  batch(samples) {
    if (samples === null) return this.everything
    const indices = tf.tensor2d(samples, [this.networks, this.workload.batch], 'int32')
    return { x: tf.gather(this.inputs, indices), y: tf.gather(this.targets, indices) }
  }

  step(samples) {
    tf.tidy(() => {
      const batch = this.batch(samples)
      this.optimizer.minimize(() => tf.sum(this.lossesOf(batch)))
    })
    // The wasm and cpu backends compute when they are called; reading one number is what a training loop does.
    return this.layers[0].biases.dataSync()[0]
  }

  draw() {
    const { minibatch, batch, points } = this.workload
    return minibatch ? Int32Array.from({ length: this.networks * batch }, () => Math.floor(Math.random() * points)) : null
  }

  losses() {
    return [...tf.tidy(() => this.lossesOf(this.everything).dataSync())]
  }

  dispose() {
    this.optimizer.dispose()
    tf.dispose([this.layers, this.everything, this.inputs, this.targets])
  }
}

let workload = null
let ready = null

function check() {
  const { networks, batch, steps, samples } = workload
  const stack = new Stack(workload, networks)
  for (let step = 0; step < steps; step++) {
    stack.step(samples === null ? null : samples.slice(step * networks * batch, (step + 1) * networks * batch))
  }
  const losses = stack.losses()
  stack.dispose()
  return { losses }
}

function readyStack(networks) {
  if (ready?.networks === networks) return ready
  ready?.dispose()
  ready = new Stack(workload, networks)
  for (let step = 0; step < WARM_UP_STEPS; step++) ready.step(ready.draw())
  return ready
}

function time({ networks, seconds }) {
  const stack = readyStack(networks)
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  let steps = 0
  do {
    stack.step(stack.draw())
    steps += 1
  } while (elapsed() < seconds)
  return { steps, seconds: elapsed() }
}

function load({ folder: from }) {
  ready?.dispose()
  ready = null
  workload = readWorkload(from)
  return {}
}

const OPERATIONS = { load, check, time }
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)

const version = () => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies['@tensorflow/tfjs']

async function main() {
  if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm').setThreadsCount(1)
  await tf.setBackend(backend)
  await tf.ready()
  if (tf.getBackend() !== backend) throw new Error(`the backend ${backend} did not start`)
  say({ version: `TensorFlow.js ${version()} (${backend})`, formulations: ['matMul, autograd'] })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    try {
      say(OPERATIONS[request.op](request))
    } catch (error) {
      say({ error: String(error) })
    }
  }
}

await main()
