import { writeFileSync } from 'node:fs'
import type { ChunkWork, WireReplay } from '@collapsar/sweep'
import { EngineLostError } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { trainHere } from './training.ts'
import type { ReplayOrder, TrainedChunk, Training, TrainingEngine } from './training.ts'

/** What the parent asks; `id` numbers its requests. */
export type TrainingRequest =
  | { readonly kind: 'train'; readonly id: number; readonly work: ChunkWork }
  | { readonly kind: 'replay'; readonly id: number; readonly order: ReplayOrder }
  | { readonly kind: 'abort'; readonly id: number }

export type TrainingReply =
  | { readonly kind: 'ready'; readonly engine: TrainingEngine }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'done'; readonly id: number; readonly result: TrainedChunk | WireReplay }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string }
  /** The last one: the process ends itself, whatever it has in hand. */
  | { readonly kind: 'lost'; readonly reason: string }

/**
 * The whole life of a training process, started by `startTrainingProcess`. It ends with its parent however that ends: the
 * channel between them breaks. It holds nothing worth an orderly end, and the threads of an engine would have to be waited for,
 * so it kills itself.
 */
export async function serveTraining(openEngine: () => Engine | Promise<Engine>, means: Parameters<typeof trainHere>[1] = {}): Promise<void> {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  // The parent decides: a Ctrl-C goes to every process of the terminal, and a chunk in hand may still be finished.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
  preferAsVictim()
  try {
    const training = trainHere(await openEngine(), means)
    const answer = createAnswer(training)
    process.on('message', (request: TrainingRequest) => void answer(request))
    reply({ kind: 'ready', engine: training.engine })
  } catch (error) {
    reply({ kind: 'unavailable', reason: reasonOf(error) })
  }
}

function createAnswer(training: Training): (request: TrainingRequest) => Promise<void> {
  const inHand = new Map<number, AbortController>()
  return async (request) => {
    const { id } = request
    if (request.kind === 'abort') {
      inHand.get(id)?.abort(new Error('the chunk is not wanted any more'))
      return
    }
    const controller = new AbortController()
    inHand.set(id, controller)
    try {
      const { signal } = controller
      const result = request.kind === 'train' ? await training.train(request.work, signal) : await training.replay(request.order, signal)
      reply({ kind: 'done', id, result })
    } catch (error) {
      if (error instanceof EngineLostError) endLost(error)
      else reply({ kind: 'failed', id, reason: reasonOf(error) })
    } finally {
      inHand.delete(id)
    }
  }
}

/** A device that has gone does not come back to the process that had it. */
function endLost({ message }: EngineLostError): void {
  process.send?.({ kind: 'lost', reason: message } satisfies TrainingReply, () => process.kill(process.pid, 'SIGKILL'))
}

function reply(message: TrainingReply): void {
  process.send?.(message)
}

/** Of 1000: the kernel then ends this process, which can be started again, before the worker or a server beside it. */
const OUT_OF_MEMORY_SCORE = 500

function preferAsVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(OUT_OF_MEMORY_SCORE))
  } catch {
    // Not Linux, or not allowed: then the kernel chooses as it likes.
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
