// One round of our engine, of a loop of fmas and of a peer. All give network-steps per second, but for the loop.
import { batchOf } from './workload.mjs'

const never = new AbortController().signal
const FMA_ROUNDS = 3e6
/** Checks fall at multiples of 32 steps: a batch of whole ones is like the middle of a long training. */
const STEPS_QUANTUM = 32

/** GFLOP/s of fmas that never leave their registers, on this thread. */
export function peakOf(addon, instructionSet, numerics) {
  const started = performance.now()
  const fmas = addon.fmaLoop(instructionSet, numerics === 'ieee-f64/1', FMA_ROUNDS)
  return (2 * fmas) / (performance.now() - started) / 1e6
}

/** Network-steps/s of one call of `train`. */
async function speedOf(engine, batch) {
  const started = performance.now()
  await engine.train(batch, never)
  return (batch.trials.length * batch.training.steps) / ((performance.now() - started) / 1000)
}

/** A function that trains `networks` for about so many seconds, and tells network-steps/s. */
export async function ourRound(engine, test, { numerics, initial, seconds }) {
  const networks = batchOf(test, { numerics, initial, steps: 0 }).trials.length
  let steps = STEPS_QUANTUM
  // The first call is short; the second has the caches and the clock of the later ones.
  for (const share of [0.1, 1]) {
    const speed = await speedOf(engine, batchOf(test, { numerics, initial, steps }))
    steps = STEPS_QUANTUM * Math.max(1, Math.round((share * seconds * speed) / networks / STEPS_QUANTUM))
  }
  const batch = batchOf(test, { numerics, initial, steps })
  return () => speedOf(engine, batch)
}

/** Network-steps/s of one round of a peer. */
export async function peerSpeed(peer, { formulation, networks, seconds }) {
  const answer = await peer.ask({ op: 'time', formulation, networks, seconds })
  return (networks * answer.steps) / answer.seconds
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** best: the quiet machine; median: what one gets beside other load. */
export const summaryOf = (values) => ({ best: Math.max(...values), median: median(values), rounds: values.length })
