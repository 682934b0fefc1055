import { openEngine } from './engines.ts'
import type { EngineChoice } from './engines.ts'
import { serveTraining } from './serve-training.ts'

/** Started by `startTrainingProcess` with what engine to open, as JSON. */
const choice = JSON.parse(process.argv[2] ?? '{}') as EngineChoice
// An engine with a device of its own leaves the processor's threads to the measuring.
await serveTraining(() => openEngine(choice), choice.engine === 'cpu' ? {} : { measuringThreads: Math.max(2, choice.threads) })
