import { openEngine } from './engines.ts'
import type { EngineChoice } from './engines.ts'
import { serveTraining } from './serve-training.ts'

/** Started by `startTrainingProcess` with what engine to open, as JSON. */
await serveTraining(() => openEngine(JSON.parse(process.argv[2] ?? '{}') as EngineChoice))
