import type { TrainedBatch, TrialBatch } from './batch.ts'
import { drawnBatch } from './draw-initial.ts'
import type { Engine } from './engine.ts'
import { parameterCount } from './network.ts'
import { shareLoop } from './reference/event-loop.ts'
import type { LoopShare } from './reference/event-loop.ts'
import { trainTrial } from './reference/train-trial.ts'
import { allocateTrained, writeLane } from './reference/trained-lanes.ts'
import { beginTrial } from './reference/trial-state.ts'

/** A tile is not interrupted: 32 samples through more parameters than this would hold the event loop too long. */
const MOST_PARAMETERS = 100_000

const PROGRESS_INTERVAL_MS = 250

/**
 * The readable engine: one trial, one sample, one unit after another, in binary64, as NUMERICS.md reads. Never
 * optimized: it is what the others are judged against. JavaScript has no fma, so it agrees with `ieee-f64/1` to rounding
 * errors and not to the bit.
 */
export function createReferenceEngine(): Engine {
  const closing = new AbortController()
  const loop = shareLoop()
  return {
    id: 'reference',
    version: '1',
    numerics: ['ieee-f64/1'],
    supports,
    async train(batch, signal, onProgress) {
      const reason = supports(batch)
      if (reason !== true) throw new Error(`unsupported batch: ${reason}`)
      return trainLanes(drawnBatch(batch), { loop, signal: AbortSignal.any([signal, closing.signal]), onProgress })
    },
    async close() {
      closing.abort(new Error('the reference engine was closed'))
    },
  }
}

function supports(batch: Omit<TrialBatch, 'initial' | 'trials'>): true | string {
  if (batch.numerics !== 'ieee-f64/1') return `the reference engine has ieee-f64/1 only, not ${batch.numerics}`
  const parameters = parameterCount(batch.shape)
  if (parameters <= MOST_PARAMETERS) return true
  return `the reference engine trains up to ${MOST_PARAMETERS} parameters, not ${parameters}`
}

interface Run {
  readonly loop: LoopShare
  readonly signal: AbortSignal
  readonly onProgress: ((fraction: number) => void) | undefined
}

async function trainLanes(batch: TrialBatch, { loop, signal, onProgress }: Run): Promise<TrainedBatch> {
  const trained = allocateTrained(batch)
  const report = throttled(onProgress)
  for (const lane of batch.trials.keys()) {
    const trial = beginTrial(batch, lane)
    const ended = await loop.run(trainTrial(trial), () => {
      signal.throwIfAborted()
      report((lane + trial.step / Math.max(1, batch.training.steps)) / batch.trials.length)
    })
    writeLane(trained, lane, trial, ended)
  }
  return trained
}

/** Passes a fraction on when the last one is long enough ago. */
function throttled(onProgress: ((fraction: number) => void) | undefined): (fraction: number) => void {
  let last = performance.now()
  return (fraction) => {
    if (performance.now() - last < PROGRESS_INTERVAL_MS) return
    last = performance.now()
    onProgress?.(fraction)
  }
}
