import { setTimeout as delay } from 'node:timers/promises'
import { CollapsarError } from '@collapsar/sweep'
import { DiedWithOthers, forkTraining } from './forked-training.ts'
import type { ForkedTraining, ForkOptions } from './forked-training.ts'
import { createGate } from './gate.ts'
import type { Training, TrainingEngine } from './training.ts'

/** Pauses before the attempts to start it, in seconds: memory and process numbers come back. */
const START_PAUSES = [0, 0.5, 2, 5]

/**
 * Trains in a process of its own, so that a crash of native code, or the kernel's end of a process when memory is short, costs
 * the chunk and not the worker. What died is started again for the next chunk.
 *
 * Which chunk is to blame: the one in hand, if it was alone. Of several none is counted: they are trained again one by one with
 * nothing beside them, until one proves guilty or all are done.
 * @throws CollapsarError `engine-unavailable` when it cannot be started
 */
export async function startTrainingProcess(options: ForkOptions): Promise<Training> {
  const gate = createGate()
  let current = forkPatiently(options)
  const { engine } = await current
  let closed = false
  /** The living process, or one that is being started: by the first who finds the last one dead. */
  const living = async (): Promise<ForkedTraining> => {
    for (;;) {
      if (closed) throw new CollapsarError('engine-unavailable', 'The training process was closed.')
      const seen = current
      const forked = await seen
      if (!forked.hasEnded()) return forked
      if (seen === current) current = forkAgain(options, engine)
    }
  }
  const withOthers = async <T>(act: (forked: ForkedTraining) => Promise<T>, signal: AbortSignal): Promise<T> => {
    const attempt = async () => {
      const forked = await living()
      signal.throwIfAborted()
      return act(forked)
    }
    try {
      return await gate.together(attempt)
    } catch (error) {
      if (!(error instanceof DiedWithOthers)) throw error
      return gate.alone(attempt)
    }
  }
  return {
    engine,
    train: (work, signal) => withOthers((forked) => forked.train(work, signal), signal),
    replay: (order, signal) => withOthers((forked) => forked.replay(order, signal), signal),
    close: async () => {
      closed = true
      await current.then((forked) => forked.close(), () => undefined)
    },
  }
}

/** Blocks of one cell must not come from two engines because files were exchanged under a running worker. */
async function forkAgain(options: ForkOptions, engine: TrainingEngine): Promise<ForkedTraining> {
  const forked = await forkPatiently(options)
  if (forked.engine.id === engine.id && forked.engine.version === engine.version) return forked
  await forked.close()
  throw new CollapsarError(
    'engine-unavailable',
    `The engine was ${engine.id} ${engine.version} and is now ${forked.engine.id} ${forked.engine.version}; start the worker again.`,
  )
}

async function forkPatiently(options: ForkOptions): Promise<ForkedTraining> {
  let last: unknown = null
  for (const pause of START_PAUSES) {
    await delay(pause * 1000)
    try {
      return await forkTraining(options)
    } catch (error) {
      if (error instanceof CollapsarError) throw error
      last = error
    }
  }
  const reason = last instanceof Error ? last.message : String(last)
  throw new CollapsarError('engine-unavailable', `The training process does not start: ${reason}.`, { cause: last })
}
