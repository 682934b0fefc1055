import { setTimeout as delay } from 'node:timers/promises'
import { Value } from '@collapsar/schema'
import { CollapsarError } from '@collapsar/sweep'
import type { Connection } from './connection.ts'
import { createEventReader } from './event-reader.ts'
import type { EventReader, WireEvent } from './event-reader.ts'
import { EVENT_DATA, EVENT_STREAM, HEARTBEAT_SECONDS } from './wire/events.ts'
import type { SweepEvent } from './wire/events.ts'

export interface WatchOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal
  /** How long the server may be away, once it has answered, in seconds; 300 by default. */
  readonly patienceSeconds?: number
  /** Where the stream goes on: the id of the last event that was received. */
  readonly lastEventId?: string
}

const PATIENCE_SECONDS = 300
/** A stream that is silent for this many heartbeats is dead, though nobody closed it. */
const SILENT_HEARTBEATS = 3
/** Between two tries, before the server has said how long; each further one without an answer doubles it, up to the longest. */
const RETRY_MS = 1000
const LONGEST_PAUSE_MS = 30_000

/**
 * Follows a sweep: its events in order, without a gap by id or beginning anew with a snapshot, across restarts of the server and
 * broken connections. Ends after `done`.
 * @throws CollapsarError when the server refuses, was never reached, or stays away for longer than the patience
 */
export async function* watchSweep(
  connection: Connection,
  path: string,
  { signal, patienceSeconds = PATIENCE_SECONDS, lastEventId }: WatchOptions = {},
): AsyncGenerator<SweepEvent, void, undefined> {
  const position: Position = { last: lastEventId ?? null, retryMs: RETRY_MS, heardAt: null }
  let failures = 0
  const isStopped = () => signal?.aborted === true
  while (!isStopped()) {
    try {
      for await (const event of streamOnce(connection, { path, position, ...(signal !== undefined && { signal }) })) {
        failures = 0
        if (event === 'ended') return
        yield event
        if (event.type === 'done') return
      }
    } catch (error) {
      if (isStopped()) return
      const isAway = !(error instanceof CollapsarError) || error.status >= 500 || error.status === 429
      const { heardAt } = position
      if (!isAway || heardAt === null || performance.now() - heardAt > patienceSeconds * 1000) throw error
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, position.retryMs * 2 ** failures) * (0.5 + Math.random())
    failures += 1
    await delay(pauseMs, undefined, { ...(signal !== undefined && { signal }) }).catch(() => undefined)
  }
}

interface Position {
  /** Id of the last event. */
  last: string | null
  /** What the server asks for between two tries. */
  retryMs: number
  /** When it last said anything at all; null before. */
  heardAt: number | null
}

/** One connection, to its end: by the server, or by a failure. */
async function* streamOnce(
  connection: Connection,
  { path, position, signal }: { readonly path: string; readonly position: Position; readonly signal?: AbortSignal },
): AsyncGenerator<SweepEvent | 'ended', void, undefined> {
  const over = new AbortController()
  const silence = silenceTimer(over)
  const stop = () => over.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const response = await connection.send({
      method: 'GET',
      path,
      headers: { accept: EVENT_STREAM, ...(position.last !== null && { 'last-event-id': position.last }) },
      signal: over.signal,
    })
    position.heardAt = performance.now()
    if (response.status === 204 || response.body === null) {
      yield 'ended'
      return
    }
    const events = createEventReader()
    for await (const bytes of chunksOf(response.body, over.signal)) {
      silence.heard()
      position.heardAt = performance.now()
      for (const event of sweepEvents(events, bytes)) {
        position.last = event.id
        yield event
      }
      position.retryMs = events.retryMs ?? position.retryMs
    }
  } finally {
    silence.stop()
    signal?.removeEventListener('abort', stop)
    over.abort()
  }
}

/**
 * The bytes of a body, to its end or until the signal aborts. Cancelled here, because `fetch` holds its signal weakly: after a garbage
 * collection (Node 20) it goes on reading whatever the signal says, and a stream that fell silent would be waited for for ever.
 */
async function* chunksOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || signal.aborted) return
      yield value
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

function silenceTimer(over: AbortController): { heard(): void; stop(): void } {
  const timer = setTimeout(() => over.abort(new Error('the stream was silent')), SILENT_HEARTBEATS * HEARTBEAT_SECONDS * 1000)
  return { heard: () => void timer.refresh(), stop: () => clearTimeout(timer) }
}

/** Events that a later server may add are passed over. */
function sweepEvents(events: EventReader, bytes: Uint8Array): SweepEvent[] {
  return events.read(bytes).flatMap((event) => sweepEvent(event) ?? [])
}

function sweepEvent({ id, event, data }: WireEvent): SweepEvent | null {
  if (!isKnown(event)) return null
  const value: unknown = JSON.parse(data)
  if (Value.Check(EVENT_DATA[event], value)) return { type: event, id, data: value } as SweepEvent
  throw new CollapsarError('server-unavailable', `The server sent a ${event} event that this version does not understand.`)
}

function isKnown(event: string): event is keyof typeof EVENT_DATA {
  return Object.hasOwn(EVENT_DATA, event)
}
