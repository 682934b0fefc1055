// What is aimed at on a graphics processor, and how many networks each case may stack. The cases are those of the CPU bench.
import { CASES } from '../../engine-cpu/bench/cases.mjs'

/** A training of the goals: every network makes all its updates. */
export const STEPS = 3000

/** On an NVIDIA H200; `peers` is how many times as fast as each peer on the same processor. */
const GOALS = {
  W1: { trialsPerSecond: 150_000, peers: 20 },
  W2: { trialsPerSecond: 2_000, peers: 20 },
  W3: { trialsPerSecond: 1_000, peers: 20 },
  W4: { trialsPerSecond: null, peers: 20 },
}

/** Networks that a peer stacks, of which the fastest number is taken; and how many of ours are compared bit by bit. */
const NETWORKS = {
  W1: { peers: [16_384, 131_072], bits: 64 },
  W2: { peers: [2_048, 16_384], bits: 16 },
  W3: { peers: [1_024, 8_192], bits: 8 },
  W4: { peers: [65_536, 524_288], bits: 64 },
}

export const GPU_CASES = CASES.map((test) => ({ ...test, gpuGoals: GOALS[test.id], gpuNetworks: NETWORKS[test.id] }))
