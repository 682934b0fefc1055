// What a second core is worth on this machine just now: the loop of fmas on one thread and on two, which share nothing.
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const FMA_ROUNDS = 2e7
const SOURCE = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { fmaLoop } = require(workerData.addon)
  parentPort.on('message', () => {
    fmaLoop(workerData.instructionSet, false, workerData.rounds)
    parentPort.postMessage(null)
  })`

/** { ratio, close }: `ratio` resolves to the speed of two threads over that of one, 2 at best. */
export function createParallelPeak(instructionSet) {
  const workerData = { addon: fileURLToPath(new URL('../build/engine.node', import.meta.url)), instructionSet, rounds: FMA_ROUNDS }
  const workers = [1, 2].map(() => new Worker(SOURCE, { eval: true, workerData }))
  const milliseconds = async (used) => {
    const started = performance.now()
    await Promise.all(used.map(roundOf))
    return performance.now() - started
  }
  return {
    ratio: async () => (2 * (await milliseconds(workers.slice(0, 1)))) / (await milliseconds(workers)),
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

function roundOf(worker) {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', () => {
      worker.off('error', reject)
      resolve()
    })
    worker.postMessage(null)
  })
}
