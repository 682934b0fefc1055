import { availableParallelism } from 'node:os'

import { allocateTrained } from '@collapsar/trial'
import type { Engine, TrainedBatch } from '@collapsar/trial'

import type { Addon, InstructionSet, TrainingHandle } from './addon.ts'
import { loadAddon } from './addon.ts'
import { fitsMemory } from './memory.ts'
import type { EngineBatch } from './request.ts'
import { NUMERICS, requestOf } from './request.ts'
import { supports } from './supports.ts'

export interface CpuEngineOptions {
  /** Threads of one call of `train`; all cores by default. */
  readonly threads?: number
  /** The best one of this machine by default. Never changes a bit of the results. */
  readonly instructionSet?: InstructionSet
}

const PROGRESS_INTERVAL_MS = 250
const MOST_THREADS = 1024

interface Run {
  readonly addon: Addon
  readonly threads: number
  readonly instructionSet: InstructionSet
}

/**
 * The engine that trains one network per SIMD lane, on threads of its own, with the bits of NUMERICS.md.
 *
 * `train` starts its threads and returns; the arrays of the batch must neither be changed nor transferred until its
 * promise has settled. Concurrent calls share the cores. A batch that memory cannot hold is refused (`trainingBytes`); it
 * is held against the whole memory of the machine or control group, so calls at the same time can still exceed it.
 *
 * @throws Error with a sentence that says what to do when the native addon is missing, RangeError on an instruction set
 *   that this machine lacks
 */
export function createCpuEngine(options: CpuEngineOptions = {}): Engine {
  const run = runOf(options)
  const closing = new AbortController()
  return {
    id: 'cpu',
    version: '2',
    numerics: NUMERICS,
    supports: (batch) => supportsHere(run, batch),
    async train(batch, signal, onProgress) {
      const reason = supportsHere(run, batch, batch.trials.length)
      if (reason !== true) throw new Error(`unsupported batch: ${reason}`)
      return trainBatch(run, batch, { signals: [signal, closing.signal], onProgress })
    },
    async close() {
      closing.abort(new Error('the CPU engine was closed'))
    },
  }
}

function runOf({ threads = availableParallelism(), instructionSet }: CpuEngineOptions): Run {
  const loaded = loadAddon()
  if (!loaded.available) throw new Error(loaded.reason)
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`invalid threads: ${threads} (an integer from 1 to ${MOST_THREADS})`)
  }
  const sets = loaded.addon.instructionSets()
  const chosen = instructionSet ?? sets[0] ?? 'scalar'
  if (!sets.includes(chosen)) {
    throw new RangeError(`instruction set ${chosen} is not available here (available: ${sets.join(', ')})`)
  }
  return { addon: loaded.addon, threads, instructionSet: chosen }
}

/** What the kernels support and memory holds, on one thread at least. */
function supportsHere({ instructionSet }: Run, batch: Parameters<Engine['supports']>[0], trials = 1): true | string {
  const reason = supports(batch)
  return reason === true ? fitsMemory(batch, { instructionSet, threads: 1, trials }) : reason
}

interface Watch {
  /** Any of them aborts. Not joined by AbortSignal.any, of which a signal that outlives it keeps a trace for good. */
  readonly signals: readonly AbortSignal[]
  readonly onProgress: ((fraction: number) => void) | undefined
}

async function trainBatch(run: Run, batch: EngineBatch, { signals, onProgress }: Watch): Promise<TrainedBatch> {
  for (const signal of signals) signal.throwIfAborted()
  const results = allocateTrained(batch)
  const { promise, resolve, reject } = withResolvers<boolean>()
  const request = { ...requestOf(batch, results), instructionSet: run.instructionSet, threads: threadsFor(run, batch) }
  const handle = run.addon.train(request, (error, cancelled) => {
    if (error === null) resolve(cancelled)
    else reject(new Error(error))
  })
  await watched(handle, promise, { signals, onProgress })
  return results
}

/** No more threads than trials, as the others would find nothing to do, and no more than memory has room for. */
function threadsFor({ threads: most, instructionSet }: Run, batch: EngineBatch): number {
  const trials = batch.trials.length
  let threads = Math.max(1, Math.min(most, trials))
  while (threads > 1 && fitsMemory(batch, { instructionSet, threads, trials }) !== true) threads -= 1
  return threads
}

async function watched(handle: TrainingHandle, done: Promise<boolean>, { signals, onProgress }: Watch): Promise<void> {
  const cancel = () => handle.cancel()
  for (const signal of signals) signal.addEventListener('abort', cancel, { once: true })
  const timer = setInterval(() => onProgress?.(handle.progress()), PROGRESS_INTERVAL_MS)
  try {
    if (await done) for (const signal of signals) signal.throwIfAborted()
  } finally {
    clearInterval(timer)
    for (const signal of signals) signal.removeEventListener('abort', cancel)
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: Error) => void = () => {}
  const promise = new Promise<T>((accept, refuse) => {
    resolve = accept
    reject = refuse
  })
  return { promise, resolve, reject }
}
