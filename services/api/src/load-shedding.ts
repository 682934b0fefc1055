import type { ServerResponse } from 'node:http'
import { CollapsarError } from '@collapsar/sweep'
import type { FastifyReply } from 'fastify'
import type { Api } from './api.ts'
import { WaitingLine } from './waiting-line.ts'

/**
 * Requests in hand that have no answer yet. With bodies of 1 MiB they hold 1 GiB at most, and with four connections to a database that
 * takes 5 ms the last one waits 1.3 s. Event streams are answered once they have begun.
 */
export const MAXIMUM_UNANSWERED = 1_000
/** A process whose event loop is late by this much time after time, in milliseconds, answers nobody in time. */
export const MAXIMUM_LOOP_DELAY_MS = 2_000
const SAMPLE_MS = 500
/** Samples in a row that must be late: one plan that computes for two seconds is no overload, five of them are. */
const LATE_SAMPLES = 5
/** Seconds after which a refused client may come back: queues of this size drain faster. */
const RETRY_AFTER_SECONDS = 2

export interface LoadLimits {
  readonly maximumUnanswered?: number
  /** How late the event loop has been at the least of its last samples, in milliseconds. */
  readonly loopDelayMs?: () => number
}

/**
 * Refuses requests at once, with 503 and Retry-After, while those before them are too many or the process is too busy: an answer that comes
 * too late helps nobody and delays the others. Probes and documentation (scope null) are always answered.
 */
export function shedLoad(app: Api, { maximumUnanswered = MAXIMUM_UNANSWERED, loopDelayMs = loopDelay(app) }: LoadLimits = {}): void {
  const unanswered = new Set<ServerResponse>()
  const line = new WaitingLine()
  app.addHook('onRequest', async (request, reply) => {
    if ((request.routeOptions.config.scope ?? null) === null) return
    if (loopDelayMs() > MAXIMUM_LOOP_DELAY_MS) throw overloaded(reply, 'The server is too busy to answer in time')
    if (unanswered.size >= maximumUnanswered) forgetAnswered(unanswered)
    if (unanswered.size >= maximumUnanswered) throw overloaded(reply, `The server has ${unanswered.size} requests in hand`)
    if (request.routeOptions.config.inLine === true) joinLine(line, reply)
    unanswered.add(reply.raw)
    reply.raw.once('close', () => unanswered.delete(reply.raw))
  })
}

/** What writes waits for those before it: who would wait too long is told so at once. */
function joinLine(line: WaitingLine, reply: FastifyReply): void {
  const leave = line.join()
  if (leave === null) throw overloaded(reply, `The server has ${line.length} submits in hand, as many as it answers in a quarter of a second`)
  reply.raw.once('close', () => leave(reply.statusCode < 300))
}

/** What has sent its headers and is still open is a stream or a long download: it costs little. */
function forgetAnswered(unanswered: Set<ServerResponse>): void {
  for (const response of unanswered) if (response.headersSent) unanswered.delete(response)
}

function overloaded(reply: FastifyReply, reason: string): CollapsarError {
  reply.header('retry-after', String(RETRY_AFTER_SECONDS))
  return new CollapsarError('overloaded', `${reason}; come back in ${RETRY_AFTER_SECONDS} s.`)
}

/** A timer that is late shows how long the loop was blocked. */
function loopDelay(app: Api): () => number {
  const delaysMs = Array<number>(LATE_SAMPLES).fill(0)
  let dueMs = performance.now() + SAMPLE_MS
  const timer = setInterval(() => {
    delaysMs.shift()
    delaysMs.push(performance.now() - dueMs)
    dueMs = performance.now() + SAMPLE_MS
  }, SAMPLE_MS)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
  return () => Math.min(...delaysMs)
}
