import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { CollapsarError } from '@collapsar/sweep'
import type { ChunkWork, WireReplay } from '@collapsar/sweep'
import type { EngineChoice } from './engines.ts'
import type { TrainingReply, TrainingRequest } from './serve-training.ts'
import type { ReplayOrder, TrainedChunk, TrainingEngine } from './training.ts'

export interface ForkOptions extends EngineChoice {
  /** Called when the process ended by itself: how, and how many chunks it had in hand. */
  readonly onDeath?: (how: string, chunks: number) => void
  /** Whether what native code prints is to be seen; default: it is, since it says most before it aborts. */
  readonly quiet?: boolean
  /** Another program in the place of the one with the engines of this release, for tests. */
  readonly program?: URL
}

/** One training process: it lives until it is closed or dies. */
export interface ForkedTraining {
  readonly engine: TrainingEngine
  hasEnded(): boolean
  /** Rejects with DiedWithOthers when the process died with several chunks in hand, otherwise as `Training.train`. */
  train(work: ChunkWork, signal: AbortSignal): Promise<TrainedChunk>
  replay(order: ReplayOrder, signal: AbortSignal): Promise<WireReplay>
  close(): Promise<void>
}

/** The process died with several chunks in hand: it is not known which of them is to blame. */
export class DiedWithOthers extends Error {}

const PROGRAM = new URL('./training-child.js', import.meta.url)
/** From starting Node to an engine that is open takes a third of a second; a machine that swaps takes longer. */
const START_SECONDS = 30

/**
 * Starts a process and waits until its engine is open.
 * @throws CollapsarError `engine-unavailable` when it says that its engine cannot be opened; Error when it dies before it says anything
 */
export async function forkTraining(options: ForkOptions): Promise<ForkedTraining> {
  const { engine: kind, threads, device = null } = options
  const child = fork(options.program ?? PROGRAM, [JSON.stringify({ engine: kind, threads, device })], {
    // Structured clone: blocks are bytes, a few hundred thousand of them a chunk.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', options.quiet === true ? 'ignore' : 'inherit', 'ipc'],
  })
  let lost: string | null = null
  const ended = endOf(child).then((how) => (lost === null ? how : `because ${lost}`))
  const engine = await greeting(child, ended)
  const pending = new Map<number, Pending>()
  let [closing, over] = [false, false]
  void ended.then((how) => {
    over = true
    blame(how, [...pending.values()])
    if (!closing) options.onDeath?.(how, pending.size)
    pending.clear()
  })
  child.on('message', (reply: TrainingReply) => {
    if (reply.kind === 'lost') lost = reply.reason
    else settle(pending, reply)
  })
  const ask = requester(child, pending)
  return {
    engine,
    hasEnded: () => over || !child.connected,
    train: async (work, signal) => (await ask({ kind: 'train', work }, signal)) as TrainedChunk,
    replay: async (order, signal) => (await ask({ kind: 'replay', order }, signal)) as WireReplay,
    close: async () => {
      closing = true
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Resolves with how it ended. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `with exit code ${code}` : `by ${signal}`))
    child.on('error', (error) => resolve(error.message))
  })
}

async function greeting(child: ChildProcess, ended: Promise<string>): Promise<TrainingEngine> {
  const late = new AbortController()
  const first = new Promise<TrainingReply>((resolve) => child.once('message', resolve))
  const reply = await Promise.race([
    first,
    ended.then((how) => `it ended ${how}`),
    delay(START_SECONDS * 1000, `it said nothing for ${START_SECONDS} s`, { signal: late.signal }),
  ])
  late.abort()
  if (typeof reply !== 'string' && reply.kind === 'ready') return reply.engine
  child.kill('SIGKILL')
  if (typeof reply === 'string') throw new Error(reply)
  throw new CollapsarError('engine-unavailable', reply.kind === 'unavailable' ? reply.reason : `it began with ${reply.kind}`)
}

type Result = TrainedChunk | WireReplay

interface Pending {
  resolve(result: Result): void
  reject(error: unknown): void
}

/** A chunk that was alone is to blame. One that was aborted and may still have been in training counts as in hand. */
function blame(how: string, pending: readonly Pending[]): void {
  const message = `the training process ended ${how}`
  const error = pending.length === 1 ? new Error(message) : new DiedWithOthers(message)
  for (const { reject } of pending) reject(error)
}

function settle(pending: Map<number, Pending>, reply: TrainingReply): void {
  if (reply.kind !== 'done' && reply.kind !== 'failed') return
  const request = pending.get(reply.id)
  pending.delete(reply.id)
  if (reply.kind === 'done') request?.resolve(reply.result)
  else request?.reject(new Error(reply.reason))
}

type Question = { readonly kind: 'train'; readonly work: ChunkWork } | { readonly kind: 'replay'; readonly order: ReplayOrder }

function requester(child: ChildProcess, pending: Map<number, Pending>): (question: Question, signal: AbortSignal) => Promise<Result> {
  let requests = 0
  // A channel that is closed is followed by the end of the process, which settles what is pending.
  const send = (request: TrainingRequest) => void child.send(request, () => undefined)
  return (question, signal) =>
    new Promise((resolve, reject) => {
      const id = (requests += 1)
      const abort = () => {
        send({ kind: 'abort', id })
        // Not in hand any more for the caller; for the process it is until it answers.
        reject(signal.reason)
      }
      const settled = <T>(then: (value: T) => void) => (value: T) => {
        signal.removeEventListener('abort', abort)
        then(value)
      }
      pending.set(id, { resolve: settled(resolve), reject: settled(reject) })
      signal.addEventListener('abort', abort, { once: true })
      send({ ...question, id })
    })
}
