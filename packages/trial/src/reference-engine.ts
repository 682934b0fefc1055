import type { TrainedBatch, TrialBatch } from './batch.ts'
import { drawnBatch } from './draw-initial.ts'
import type { Engine } from './engine.ts'
import { parameterCount } from './network.ts'
import { NUMERICS } from './numerics.ts'
import { shareLoop } from './reference/event-loop.ts'
import type { LoopShare } from './reference/event-loop.ts'
import { largestPass } from './reference/samples.ts'
import { trainTrial } from './reference/train-trial.ts'
import { allocateTrained, writeLane } from './reference/trained-lanes.ts'
import { beginTrial } from './reference/trial-state.ts'

/** A tile is not interrupted: 32 samples through more parameters than this would hold the event loop too long. */
const MOST_PARAMETERS = 100_000

/** Samples times hidden units that a batch normalization may keep: some hundred megabytes. */
const MOST_NORMALIZED = 4_000_000

const PROGRESS_INTERVAL_MS = 250

/**
 * The readable engine: one trial, one sample, one unit after another, as NUMERICS.md reads. Never optimized: it is what the
 * others are judged against. Where the working type is binary32 (`ieee-f32/1`, `f16/1`, `bf16/1`) it has every bit.
 * JavaScript has no fma for binary64, so there it agrees with `ieee-f64/1` to rounding errors and not to the bit.
 */
export function createReferenceEngine(): Engine {
  const closing = new AbortController()
  const loop = shareLoop()
  return {
    id: 'reference',
    version: '2',
    numerics: NUMERICS,
    supports,
    async train(batch, signal, onProgress) {
      const reason = supports(batch)
      if (reason !== true) throw new Error(`unsupported batch: ${reason}`)
      return trainLanes(drawnBatch(batch), { loop, signals: [signal, closing.signal], onProgress })
    },
    async close() {
      closing.abort(new Error('the reference engine was closed'))
    },
  }
}

function supports(batch: Omit<TrialBatch, 'initial' | 'trials'>): true | string {
  if (!NUMERICS.includes(batch.numerics)) return `the reference engine has ${NUMERICS.join(', ')}, not ${batch.numerics}`
  const parameters = parameterCount(batch.shape)
  if (parameters > MOST_PARAMETERS) return `the reference engine trains up to ${MOST_PARAMETERS} parameters, not ${parameters}`
  const values = largestPass(batch) * batch.shape.sizes.slice(1, -1).reduce((sum, units) => sum + units, 0)
  if (batch.shape.normalization !== 'batch' || values <= MOST_NORMALIZED) return true
  return `the reference engine normalizes up to ${MOST_NORMALIZED} samples times units over a batch, not ${values}`
}

interface Run {
  readonly loop: LoopShare
  /** Any of them stops the training. Not joined: a signal keeps a trace of every one joined with it, for as long as it lives. */
  readonly signals: readonly AbortSignal[]
  readonly onProgress: ((fraction: number) => void) | undefined
}

async function trainLanes(batch: TrialBatch, { loop, signals, onProgress }: Run): Promise<TrainedBatch> {
  const trained = allocateTrained(batch)
  const report = throttled(onProgress)
  for (const lane of batch.trials.keys()) {
    const trial = beginTrial(batch, lane)
    const ended = await loop.run(trainTrial(trial), () => {
      for (const signal of signals) signal.throwIfAborted()
      report((lane + trial.step / Math.max(1, batch.training.steps)) / batch.trials.length)
    })
    writeLane(trained, lane, trial, ended)
  }
  return trained
}

/** Passes a fraction on when the last one is long enough ago: a few times a second. */
export function throttled(onProgress: ((fraction: number) => void) | undefined): (fraction: number) => void {
  let last = performance.now()
  return (fraction) => {
    if (performance.now() - last < PROGRESS_INTERVAL_MS) return
    last = performance.now()
    onProgress?.(fraction)
  }
}
