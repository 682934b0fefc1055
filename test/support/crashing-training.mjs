// A training process whose engine crashes as native code does, by a signal, when a batch holds trial 137. Trial 2037 throws, and
// 3037 never ends, at 4037 the device is lost.
import { EngineLostError } from '@collapsar/trial'
import { openEngine, serveTraining } from '@collapsar/worker'

await serveTraining(async () => {
  const engine = await openEngine({ engine: 'cpu', threads: 1 })
  return {
    ...engine,
    train: async (batch, signal, onProgress) => {
      if (batch.trials.includes(137)) process.kill(process.pid, 'SIGSEGV')
      if (batch.trials.includes(2037)) throw new Error('trial 2037 is poison')
      if (batch.trials.includes(4037)) throw new EngineLostError('the card fell off the bus')
      if (batch.trials.includes(3037)) {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      }
      return engine.train(batch, signal, onProgress)
    },
  }
})
