// The peers on the same graphics processor, each in the formulations that a competent user would write.
import { fileURLToPath } from 'node:url'

import { startPeer } from '../../engine-cpu/bench/peer-process.mjs'
import { pythonWith } from '../../engine-cpu/bench/peers.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
/** Compilers take their time, above all for 21 layers. */
const LIMIT_MS = 240_000
/** A graph of PyTorch's has as many steps as the check. */
const GRAPH_STEPS = 20

const PEERS = [
  { name: 'JAX, jit(vmap(scan))', library: 'jax', script: 'jax_peer.py', remedy: "python3 -m pip install 'jax[cuda13]'", stepsOfCall: (quick) => (quick ? 100 : 400) },
  { name: 'PyTorch, CUDA graphs', library: 'torch', script: 'torch_graph_peer.py', remedy: 'python3 -m pip install torch', stepsOfCall: () => GRAPH_STEPS },
]

/**
 * Starts the peers one after another.
 * @param options { platform: 'gpu' or 'cpu', quick, visible, networks } `visible` is their CUDA_VISIBLE_DEVICES; `networks` is null, or how many they
 *   stack instead of what the case says
 * @returns entrants for `measureSpeed`; those with `peer` null say why in `absent`
 */
export async function startGpuPeers({ networks, platform, quick, visible }) {
  const started = []
  for (const { library, name, remedy, script, stepsOfCall } of PEERS) {
    const about = { kind: null, name, networks: stacksOf(networks) }
    try {
      const command = pythonWith(library, remedy)
      const environment = visible === null ? {} : { CUDA_VISIBLE_DEVICES: visible }
      started.push({ ...about, peer: timed(await startPeer(command, [here(`peers/${script}`), platform, String(stepsOfCall(quick))], { limitMs: LIMIT_MS, environment })) })
    } catch (error) {
      started.push({ ...about, peer: null, absent: error.message })
    }
  }
  return started
}

/** Products that are written out grow with the square of the width: they are for narrow networks. */
function stacksOf(given) {
  return ({ gpuNetworks, width }, formulation) => (formulation.includes('elementwise') && width > 16 ? [] : given === null ? gpuNetworks.peers : [given])
}

/** The peer, and what it said of its preparation: compiling or capturing. */
function timed(peer) {
  const seconds = new Map()
  const key = ({ formulation, networks }) => `${formulation} ${networks}`
  return {
    ...peer,
    async ask(request) {
      const answer = await peer.ask(request)
      if (request.op === 'load') seconds.clear()
      if (request.op === 'time') seconds.set(key(request), answer.preparation)
      return answer
    },
    compilationSeconds: (chosen) => seconds.get(key(chosen)) ?? 0,
  }
}
