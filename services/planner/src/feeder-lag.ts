import type { Chunk } from '@collapsar/sweep'

/** How long chunks wait from their claim until the queue has them. */
export class FeederLag {
  /** Of chunks that the queue has not taken yet: when they were claimed, in ms of `performance.now()`. */
  readonly #claimed = new Map<string, number>()
  #seconds = 0

  claimed(chunks: readonly Pick<Chunk, 'id'>[], atMs: number): void {
    for (const { id } of chunks) this.#claimed.set(id, atMs)
  }

  queued(chunks: readonly Pick<Chunk, 'id'>[], nowMs: number): void {
    const waited = chunks.flatMap(({ id }) => this.#claimed.get(id) ?? []).map((at) => (nowMs - at) / 1000)
    for (const { id } of chunks) this.#claimed.delete(id)
    if (waited.length > 0) this.#seconds = Math.max(...waited)
  }

  /** The longest of the chunks handed over last, or of those that still wait; 0 while nothing is live. */
  seconds(live: readonly Pick<Chunk, 'id'>[], nowMs: number): number {
    const ids = new Set(live.map(({ id }) => id))
    for (const id of this.#claimed.keys()) if (!ids.has(id)) this.#claimed.delete(id)
    if (ids.size === 0) this.#seconds = 0
    return Math.max(this.#seconds, ...[...this.#claimed.values()].map((at) => (nowMs - at) / 1000))
  }
}
