import type { ServerResponse } from 'node:http'
import type { Metrics } from '@collapsar/metrics'
import type { Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { Logger } from 'pino'
import { parseEventId } from './event-id.ts'
import { EventStream } from './event-stream.ts'
import { hasEnded } from './standing.ts'
import { SweepChannel } from './sweep-channel.ts'
import type { ChannelLimits, ChannelStore } from './sweep-channel.ts'

export interface EventLimits extends ChannelLimits {
  /** Streams of this process. */
  readonly streams: number
  /** Sweeps that nobody follows and whose account is kept, for clients that come back. */
  readonly idleChannels: number
  readonly heartbeatMs: number
  /** How long a client may take nothing before its stream is let go, in milliseconds. */
  readonly stallMs: number
}

export interface EventHubDependencies {
  readonly store: ChannelStore & Pick<Store, 'listen'>
  readonly log: Logger
  readonly metrics?: Metrics
}

/** A client that is to be told of a sweep. */
export interface Follower {
  readonly sweep: string
  /** What it sent as Last-Event-ID. */
  readonly lastEventId: string | undefined
  readonly response: ServerResponse
}

/**
 * Every stream of this process: one account for each sweep that is followed, and one listener at the database for all of them, as long
 * as there are streams.
 */
export class EventHub {
  readonly #deps: EventHubDependencies
  readonly #limits: EventLimits
  /** The one that was asked for last is last. */
  readonly #channels = new Map<string, SweepChannel>()
  #streams = 0
  #unlisten: Promise<() => Promise<void>> | null = null
  #heartbeat: NodeJS.Timeout | null = null
  readonly #open = new Set<EventStream>()
  #isClosed = false

  constructor(deps: EventHubDependencies, limits: EventLimits) {
    this.#deps = deps
    this.#limits = limits
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams
  }

  /**
   * Finds what the client follows. @returns begins its stream; null when it has everything of a sweep that has ended
   * @throws CollapsarError `not-found`, `overloaded`
   */
  async follow({ sweep, lastEventId, response }: Follower): Promise<(() => void) | null> {
    this.#admit(response)
    const id = parseEventId(lastEventId)
    const channel = this.#channelOf(sweep)
    const standing = await channel.stand()
    if (standing === null) {
      this.#channels.delete(sweep)
      throw new CollapsarError('not-found', `There is no sweep "${sweep}".`)
    }
    if (id?.done === true && hasEnded(standing)) return null
    return () => {
      // Who left meanwhile is counted out already, and a server that closes begins nothing.
      if (response.destroyed || this.#isClosed) {
        response.end()
        return
      }
      const stream = new EventStream(response, channel, channel.sentOf(id))
      this.#open.add(stream)
      const leave = channel.add(stream)
      response.once('close', () => {
        this.#open.delete(stream)
        leave()
        this.#forgetIdle()
      })
    }
  }

  /** Ends every stream; their clients come back, here or elsewhere. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
    await this.#rest()
  }

  /** Counts the stream until its response has ended, however that comes. */
  #admit(response: ServerResponse): void {
    const { streams } = this.#limits
    if (this.#isClosed || this.#streams >= streams) {
      throw new CollapsarError('overloaded', `This server has ${this.#streams} event streams, and takes ${streams}; try again, or ask for the sweep now and then.`)
    }
    this.#count(1)
    response.once('close', () => {
      this.#count(-1)
      if (this.#streams === 0) void this.#rest()
    })
    this.#listen()
  }

  #count(change: 1 | -1): void {
    this.#streams += change
    this.#deps.metrics?.eventStreams.set(this.#streams)
  }

  #channelOf(sweep: string): SweepChannel {
    const channel = this.#channels.get(sweep) ?? new SweepChannel(sweep, this.#deps, this.#limits)
    this.#channels.delete(sweep)
    this.#channels.set(sweep, channel)
    return channel
  }

  #forgetIdle(): void {
    const idle = [...this.#channels].filter(([, channel]) => !channel.isFollowed)
    for (const [sweep] of idle.slice(0, Math.max(0, idle.length - this.#limits.idleChannels))) this.#channels.delete(sweep)
  }

  /** Without it streams go on by polling, so that a database that is away now ends nothing. */
  #listen(): void {
    this.#heartbeat ??= setInterval(() => {
      for (const stream of this.#open) stream.beat(this.#limits.stallMs)
    }, this.#limits.heartbeatMs)
    if (this.#unlisten !== null) return
    const listening = this.#deps.store.listen(() => {
      for (const channel of this.#channels.values()) channel.wake()
    })
    this.#unlisten = listening
    listening.catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'changes are not heard, event streams poll')
      if (this.#unlisten === listening) this.#unlisten = null
    })
  }

  async #rest(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat)
    this.#heartbeat = null
    const listening = this.#unlisten
    this.#unlisten = null
    const unlisten = await listening?.catch(() => null)
    await unlisten?.()
  }
}
