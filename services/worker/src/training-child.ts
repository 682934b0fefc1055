import type { EngineKind } from '@collapsar/sweep'
import { openEngine } from './engines.ts'
import { serveTraining } from './serve-training.ts'

/** Started by `startTrainingProcess` with the kind of engine and its number of threads. */
const [kind = '', threads = ''] = process.argv.slice(2)
serveTraining(() => openEngine(kind as EngineKind, { threads: Number(threads) }))
