import type { Engine, InitialLaw, LoopShare, Numerics, Parameters, TrainedBatch, TrialBatch } from '@collapsar/trial'
import { allocateTrained, drawnInSlices, shareLoop, throttled } from '@collapsar/trial'
import type { Backend, Importer, TfjsBackendName } from './backend.ts'
import { claimBackend, releaseBackend } from './process-backend.ts'
import { supports } from './stack-size.ts'
import { beginCourse, endCourse } from './stack.ts'
import { beginTrials, trainStack } from './train-stack.ts'

export interface TfjsEngineOptions {
  /** By default the first that works of tfjs-node-gpu and tfjs-node, where the user has installed them, wasm and cpu. */
  readonly backend?: TfjsBackendName
  /** What imports the packages; for tests. */
  readonly importer?: Importer
}

export interface TfjsEngine extends Engine {
  /** Library, version, backend and processor: "TensorFlow.js 4.22.0, wasm". */
  readonly device: string
  /** Why a better backend is not used although it is installed, a sentence each. */
  readonly passedOver: readonly string[]
}

const NUMERICS: readonly Numerics[] = ['tfjs-f32/1']

/**
 * The engine that leaves the arithmetic to TensorFlow.js: networks of a shape are stacked into batched matrix products, and its automatic
 * gradient is taken. It shares none of the kernels of the other engines, which is what makes it their independent check.
 *
 * The library is imported here and nowhere else. It computes in this thread, in slices of some 10 ms. Its backend is that of the process:
 * engines at the same time share one.
 *
 * @throws BackendUnavailableError with a sentence that says why, and how to get it, where the backend is not there; Error where an engine of
 *   this process that has not been closed uses another one
 */
export async function createTfjsEngine({ backend: wanted, importer }: TfjsEngineOptions = {}): Promise<TfjsEngine> {
  const { backend, passedOver } = await claimBackend(wanted, importer)
  const closing = new AbortController()
  const loop = shareLoop()
  let running = 0
  let hasBackend = true
  const releaseWhenIdle = () => {
    if (!hasBackend || running > 0 || !closing.signal.aborted) return
    hasBackend = false
    releaseBackend()
  }
  return {
    id: 'tfjs',
    version: '1',
    numerics: NUMERICS,
    device: backend.device,
    passedOver,
    supports: (batch) => supports(batch, { backend: backend.name, numerics: NUMERICS }),
    async train(batch, signal, onProgress) {
      const reason = supports(batch, { backend: backend.name, numerics: NUMERICS })
      if (reason !== true) throw new Error(`unsupported batch: ${reason}`)
      running += 1
      try {
        return await trainBatch(backend, batch, { loop, signals: [signal, closing.signal], onProgress })
      } finally {
        running -= 1
        releaseWhenIdle()
      }
    },
    async close() {
      closing.abort(new Error('the TensorFlow.js engine was closed'))
      releaseWhenIdle()
    },
  }
}

interface Run {
  readonly loop: LoopShare
  /** Any of them stops the training. Not joined: a signal keeps a trace of every one joined with it, for as long as it lives. */
  readonly signals: readonly AbortSignal[]
  readonly onProgress: ((fraction: number) => void) | undefined
}

async function trainBatch(backend: Backend, batch: TrialBatch<Parameters | InitialLaw>, { loop, onProgress, signals }: Run): Promise<TrainedBatch> {
  const stop = () => {
    for (const signal of signals) signal.throwIfAborted()
  }
  stop()
  const drawn = await drawnInSlices(batch, stop)
  const report = throttled(onProgress)
  const all = Math.max(1, drawn.trials.length * drawn.training.steps)
  let done = 0
  const work = trainRows(backend, drawn, (steps) => {
    done += steps
  })
  try {
    return await loop.run(work, () => {
      stop()
      report(done / all)
    })
  } finally {
    // Of a training that was stopped: its tensors.
    work.return(undefined as never)
  }
}

function* trainRows(backend: Backend, batch: TrialBatch, did: (steps: number) => void): Generator<void, TrainedBatch> {
  const trained = allocateTrained(batch)
  trained.lossTrace?.fill(Number.NaN)
  const course = beginCourse(backend, batch)
  try {
    const alive: number[] = []
    for (const rows of inStacks([...batch.trials.keys()], course.size.rows)) alive.push(...(yield* beginTrials(course, rows, { trained, did })))
    for (const rows of inStacks(alive, course.size.rows)) yield* trainStack(course, rows, { trained, did })
    return trained
  } finally {
    endCourse(course)
  }
}

/** Stacks of at most `size`, of about the same number of rows. */
function inStacks(rows: readonly number[], size: number): number[][] {
  const stacks = Math.ceil(rows.length / size)
  return Array.from({ length: stacks }, (_, i) => rows.slice(Math.floor((i * rows.length) / stacks), Math.floor(((i + 1) * rows.length) / stacks)))
}
