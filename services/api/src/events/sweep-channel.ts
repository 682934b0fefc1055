import { randomBytes } from 'node:crypto'
import type { Store } from '@collapsar/store'
import type { Logger } from 'pino'
import { eventIdText } from './event-id.ts'
import type { EventId } from './event-id.ts'
import { EventRing } from './event-ring.ts'
import { EventStream } from './event-stream.ts'
import type { EventSource } from './event-stream.ts'
import { changedCells, hasEnded, isChanged, standingOf } from './standing.ts'
import type { Standing } from './standing.ts'

export interface ChannelLimits {
  /** Least time between two looks at the store, and so between two events, in milliseconds. */
  readonly intervalMs: number
  /** Longest time between two looks, for notifications that were lost, in milliseconds. */
  readonly pollMs: number
  /** What a client that comes back can be told without a snapshot. */
  readonly ring: { readonly events: number; readonly bytes: number }
}

export type ChannelStore = Pick<Store, 'sweep' | 'sweepCells'>

/** A sweep of thousands of cells takes long to look at: the pause is this many times a look, so that the database has better to do. */
const PAUSE_PER_LOOK = 4

/**
 * One process's account of one sweep, however many streams follow it: the store is looked at once for all.
 * idle (nobody follows, nothing is looked at, the account stays) -> followed (a look after each change and each poll) -> idle.
 * A sweep that ends, or is deleted, ends its streams.
 */
export class SweepChannel implements EventSource {
  readonly #id: string
  readonly #store: ChannelStore
  readonly #log: Logger
  readonly #limits: ChannelLimits
  readonly #epoch = randomBytes(6).toString('hex')
  readonly #ring: EventRing
  readonly #streams = new Set<EventStream>()
  #standing: Standing | null = null
  #snapshot: { readonly number: number; readonly bytes: Buffer } | null = null
  #looking: Promise<void> | null = null
  /** A change that came during a look. */
  #isStale = false
  #timer: NodeJS.Timeout | null = null
  #due = Infinity
  #earliest = 0

  constructor(id: string, { store, log }: { readonly store: ChannelStore; readonly log: Logger }, limits: ChannelLimits) {
    this.#id = id
    this.#store = store
    this.#log = log
    this.#limits = limits
    this.#ring = new EventRing(limits.ring)
  }

  get isFollowed(): boolean {
    return this.#streams.size > 0
  }

  /** How the sweep stands, at most one interval ago when it is followed, else now; null when there is none. */
  async stand(): Promise<Standing | null> {
    if (!this.isFollowed) await this.#look()
    return this.#standing
  }

  /** Adds a stream, after `stand`. @returns takes it away */
  add(stream: EventStream): () => void {
    this.#streams.add(stream)
    stream.pump()
    this.#lookWithin(this.#limits.intervalMs)
    return () => {
      this.#streams.delete(stream)
      if (!this.isFollowed) this.#rest()
    }
  }

  /** Where a client with this id goes on; null: by a snapshot. */
  sentOf(id: EventId | null): number | null {
    return id !== null && id.epoch === this.#epoch && this.reaches(id.number) ? id.number : null
  }

  /** The database has changed; perhaps this sweep. */
  wake(): void {
    this.#isStale = true
    if (this.isFollowed && this.#looking === null) this.#lookWithin(Math.max(0, this.#earliest - performance.now()))
  }

  close(): void {
    for (const stream of this.#streams) stream.close()
    this.#streams.clear()
    this.#rest()
  }

  get last(): number {
    return this.#ring.last
  }

  reaches(number: number): boolean {
    return this.#ring.reaches(number)
  }

  at(number: number): Buffer | null {
    return this.#ring.at(number)
  }

  snapshot(): Buffer {
    if (this.#snapshot?.number !== this.last) {
      this.#snapshot = { number: this.last, bytes: this.#encode('snapshot', this.last, this.#standing) }
    }
    return this.#snapshot.bytes
  }

  end(): Buffer | null {
    if (this.#standing === null || !hasEnded(this.#standing)) return null
    const { sweep, progress } = this.#standing
    return this.#encode('done', this.last, { sweep, progress })
  }

  #encode(type: 'snapshot' | 'delta' | 'done', number: number, data: unknown): Buffer {
    const id = eventIdText({ epoch: this.#epoch, number, done: type === 'done' })
    return Buffer.from(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#due = Infinity
  }

  #lookWithin(ms: number): void {
    const due = performance.now() + ms
    if (this.#due <= due) return
    this.#rest()
    this.#due = due
    this.#timer = setTimeout(() => void this.#lookAgain(), ms)
  }

  async #lookAgain(): Promise<void> {
    this.#rest()
    try {
      await this.#look()
    } catch (error) {
      this.#log.warn({ err: error, sweep: this.#id }, 'sweep could not be looked at, its streams wait')
    }
    if (this.#standing === null) this.close()
    for (const stream of this.#streams) stream.pump()
    if (this.isFollowed) this.#lookWithin(this.#isStale ? Math.max(0, this.#earliest - performance.now()) : this.#limits.pollMs)
  }

  /** One look at a time, whoever asks. */
  async #look(): Promise<void> {
    this.#looking ??= this.#observe().finally(() => (this.#looking = null))
    await this.#looking
  }

  async #observe(): Promise<void> {
    this.#isStale = false
    const started = performance.now()
    const sweep = await this.#store.sweep(this.#id)
    const cells = sweep === null ? [] : await this.#store.sweepCells(this.#id)
    const next = sweep === null ? null : standingOf(sweep, cells, this.#standing)
    const ended = performance.now()
    this.#earliest = Math.max(started + this.#limits.intervalMs, ended + PAUSE_PER_LOOK * (ended - started))
    const previous = this.#standing
    this.#standing = next
    if (previous === null || next === null || !isChanged(previous, next)) return
    const { sweep: summary, progress } = next
    this.#ring.push((number) => this.#encode('delta', number, { sweep: summary, progress, cells: changedCells(previous, next) }))
  }
}
