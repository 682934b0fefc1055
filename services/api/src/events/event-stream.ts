import type { ServerResponse } from 'node:http'

/** What a stream reads from: one sweep's account. */
export interface EventSource {
  /** Number of the newest event. */
  readonly last: number
  /** Whether everything after event `number` can still be told. */
  reaches(number: number): boolean
  /** Event `number`, which is held. */
  at(number: number): Buffer | null
  /** Everything as it stands at event `last`. */
  snapshot(): Buffer
  /** What ends a stream that has everything; null while the sweep goes on. */
  end(): Buffer | null
}

/**
 * One client's stream. It holds no events of its own: it pulls from the source while its socket takes them, so a slow client costs at
 * most the one event that filled its buffer, and catches up by a snapshot when the source has forgotten what it missed.
 * open -> (socket full) blocked -> (drain) open; from each -> closed, by the client, at the end, or as stalled.
 */
export class EventStream {
  readonly #response: ServerResponse
  readonly #source: EventSource
  /** Number of the last event that was written; null before the first. */
  #sent: number | null
  #blockedSince: number | null = null

  /** @param sent number of the last event that the client has; null: it gets a snapshot */
  constructor(response: ServerResponse, source: EventSource, sent: number | null) {
    this.#response = response
    this.#source = source
    this.#sent = sent
    response.on('drain', () => {
      this.#blockedSince = null
      this.pump()
    })
  }

  /** Writes what the client lacks, as far as its socket takes it. */
  pump(): void {
    while (this.#writable && this.#sent !== this.#source.last) {
      const next = this.#sent !== null && this.#source.reaches(this.#sent) ? this.#source.at(this.#sent + 1) : null
      this.#sent = next === null ? this.#source.last : (this.#sent ?? 0) + 1
      this.#write(next ?? this.#source.snapshot())
    }
    const end = this.#writable ? this.#source.end() : null
    if (end !== null) this.#response.end(end)
  }

  /** Shows that the stream lives. A client that has taken nothing for `stallMs` is let go: it may come back for a snapshot. */
  beat(stallMs: number): void {
    if (this.#blockedSince !== null && performance.now() - this.#blockedSince > stallMs) this.#response.destroy()
    else if (this.#writable) this.#write(HEARTBEAT)
  }

  /** Ends the stream without a word: the client comes back, here or elsewhere. */
  close(): void {
    this.#response.end()
  }

  get #writable(): boolean {
    return this.#blockedSince === null && !this.#response.writableEnded && !this.#response.destroyed
  }

  #write(bytes: Buffer): void {
    if (!this.#response.write(bytes)) this.#blockedSince = performance.now()
  }
}

/** A comment, which clients skip. */
const HEARTBEAT = Buffer.from(': \n\n')
