// A process with several committers, for the load test: each records one chunk after another. Prints what they did as JSON.
import { openStore } from '@collapsar/store'
import { encodeBlock } from '@collapsar/sweep'

const { databaseUrl, cells, process: self, processes, committers, chunkBlocks, seconds } = JSON.parse(process.argv[2])
const OUTCOMES = ['partially_collapsed', 'converged', 'stalled', 'unfinished']
const PATTERNS = 32

const patterns = Array.from({ length: PATTERNS }, (_, pattern) => encodeBlock(0, Array.from({ length: 100 }, (_, trial) => recordOf(pattern, trial))))
const store = await openStore({ databaseUrl })
const latencies = []
const errors = []
let blocks = 0
const end = performance.now() + seconds * 1000
await Promise.all(Array.from({ length: committers }, (_, committer) => commitUntilEnd(committer)))
await store.close()
latencies.sort((a, b) => a - b)
const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? null
console.log(JSON.stringify({ blocks, errors, p50: at(0.5), p99: at(0.99) }))

/** Chunks of the committers of a cell interleave, as they do where several workers share one. */
async function commitUntilEnd(committer) {
  const number = self * committers + committer
  const cell = cells[number % cells.length]
  const turn = Math.floor(number / cells.length)
  const turns = (processes * committers) / cells.length
  for (let round = 0; performance.now() < end; round += 1) {
    const firstBlock = (round * turns + turn) * chunkBlocks
    const chunk = { id: `load-${number}-${round}`, cell, engine: 'cpu', firstBlock, blocks: chunkBlocks }
    const own = Array.from({ length: chunkBlocks }, (_, i) => ({ ...patterns[(number + firstBlock + i) % PATTERNS], index: firstBlock + i }))
    const started = performance.now()
    try {
      const { recorded } = await store.record({ chunk, blocks: own, engine: { id: 'load', version: '1' }, worker: 'load', seconds: 1 })
      blocks += recorded
    } catch (error) {
      errors.push(String(error))
    }
    latencies.push(performance.now() - started)
  }
}

/** Alive, and with losses, ranges and checksums without a pattern, so that it packs like a real one. */
function recordOf(pattern, trial) {
  const mixed = (salt) => (Math.imul((pattern * 100 + trial) ^ salt, 0x9e3779b1) ^ Math.imul(trial + salt, 0x85ebca6b)) >>> 0
  const unit = (salt) => (mixed(salt) + 0.5) / 2 ** 32
  return {
    outcome: OUTCOMES[mixed(1) % OUTCOMES.length],
    deadLayer: 0,
    deathCheck: 0,
    loss: Math.fround(Math.exp(-9 + 8 * unit(2))),
    value: Math.fround(0.5 + unit(3)),
    pieces: 1 + (mixed(4) % 28),
    checksum: mixed(5),
  }
}
