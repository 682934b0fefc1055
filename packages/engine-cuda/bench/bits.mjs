// Whole trainings on this device and on the engine cpu, every number of every network compared.
import { hasPortableBits, storedIn, trialBatch } from '@collapsar/trial'

import { batchOf, livingNetworks } from '../../engine-cpu/bench/workload.mjs'

/** Of numerics without portable bits: rounding errors grow with every update, and say nothing after thousands. */
const NEAR_STEPS = 50
const LEFT_OUT = 'the time was over'
const never = new AbortController().signal

const DOMAIN = [-Math.sqrt(3), Math.sqrt(3)]
const ADAM = { kind: 'adam', learningRate: 0.01 }
const TRIALS = Array.from({ length: 16 }, (_, i) => i)

/** Definitions beside W1..W4: every activation, loss, optimizer and normalization, minibatches, two inputs, noise, and trials that end early. */
const DEFINITIONS = [
  { id: 'leaky-relu, sgd', depth: 5, width: 4, activation: { kind: 'leaky-relu', leak: 0.01 }, training: { optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } } },
  { id: 'tanh, mae, minibatch', depth: 4, width: 3, activation: { kind: 'tanh' }, training: { loss: 'mae', batch: 37 } },
  { id: 'elu, huber', depth: 4, width: 9, activation: { kind: 'elu' }, training: { loss: 'huber', huberDelta: 0.3 } },
  { id: 'gelu, layer normalization', depth: 4, width: 6, activation: { kind: 'gelu' }, network: { normalization: 'layer' } },
  // In front of a batch normalization gradients of biases are rounding alone, of which Adam makes steps of full size.
  { id: 'selu, batch normalization, sgd', depth: 4, width: 5, activation: { kind: 'selu' }, network: { normalization: 'batch' }, training: { optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.5 } } },
  { id: 'relu, two inputs, noise', depth: 5, width: 8, problem: { target: 'abs-2d', inputDim: 2 }, training: { noise: { kind: 'relative', level: 0.1, parameters: 'biases' } } },
  { id: 'relu, deaths end trials', depth: 10, width: 2, network: { bias: { kind: 'zero' } }, training: { stopAtDeath: true } },
]

function definitionBatch({ activation = { kind: 'relu' }, depth, network, problem, training, width }, { numerics, steps }) {
  const spec = {
    numerics,
    seed: 7,
    depth,
    width,
    network: { activation, initialization: { kind: 'he-normal' }, bias: { kind: 'normal', std: 0.1 }, ...network },
    problem: { target: 'abs', inputDim: 1, points: 121, sampling: 'random', domain: DOMAIN, ...problem },
    training: { loss: 'mse', optimizer: ADAM, batch: 'full', stopAtDeath: false, ...training, steps },
  }
  return trialBatch(spec, TRIALS)
}

/**
 * @param cpu the engine cpu, whose numbers count
 * @param steps of each training, where its numerics has portable bits
 * @param networks of each case; by default what the case says
 * @returns [{ id, numerics, steps, networks, numbers, differing, largestDifference, first, refused, failed }], one for each definition and numerics of the
 *   engine; `first` is a sentence about the first difference, `refused` why it was not compared,
 *   `failed` what the engine said instead of training
 */
export async function compareBits(engine, cpu, { cases, definitions = DEFINITIONS, late, networks, say, steps }) {
  const wanted = [
    ...cases.map((test) => ({ id: test.id, batchOf: (options) => caseBatch(cpu, test, { ...options, networks: networks ?? test.gpuNetworks.bits }) })),
    ...definitions.map((definition) => ({ id: definition.id, batchOf: (options) => definitionBatch(definition, options) })),
  ]
  const results = []
  for (const numerics of engine.numerics) {
    const length = hasPortableBits(numerics) ? steps : Math.min(NEAR_STEPS, steps)
    for (const one of wanted) {
      if (late()) {
        results.push({ id: one.id, numerics, steps: length, networks: 0, refused: LEFT_OUT })
      } else {
        say(`${one.id} in ${numerics}, bit by bit ...`)
        results.push(await compare({ engine, cpu }, one.id, await one.batchOf({ numerics, steps: length })))
      }
    }
  }
  return results
}

async function caseBatch(cpu, test, { networks, numerics, steps }) {
  const initial = await livingNetworks(cpu, test, ofCpu(numerics), networks)
  return batchOf(test, { numerics, initial: initial.map(storedIn(numerics)), steps })
}

/** The numerics in which the engine cpu has the numbers to compare with. */
const ofCpu = (numerics) => (hasPortableBits(numerics) ? numerics : 'ieee-f32/1')

async function compare({ cpu, engine }, id, batch) {
  const { numerics, training, trials } = batch
  const about = { id, numerics, steps: training.steps, networks: trials.length }
  const same = { ...batch, numerics: ofCpu(numerics) }
  const [ours, its] = [cpu.supports(same), engine.supports(batch)]
  if (ours !== true || its !== true) return { ...about, refused: ours === true ? its : `cpu: ${ours}` }
  try {
    return { ...about, ...differences(await engine.train(batch, never), await cpu.train(same, never)) }
  } catch (error) {
    return { ...about, failed: error.message }
  }
}

/** Of all fields of two TrainedBatch: how many numbers differ in a bit, and by how much relative to what is above 1. */
export function differences(found, expected) {
  let [numbers, differing, largestDifference, first] = [0, 0, 0, null]
  for (const [field, values] of Object.entries(expected)) {
    values?.forEach((value, i) => {
      const other = found[field][i]
      numbers += 1
      if (Object.is(value, other)) return
      differing += 1
      first ??= `${field} ${i} is ${other} instead of ${value}`
      const difference = Math.abs(other - value) / Math.max(1, Math.abs(value))
      largestDifference = Math.max(largestDifference, Number.isNaN(difference) ? Infinity : difference)
    })
  }
  return { numbers, differing, largestDifference, first }
}
