/** The last events of a sweep, bounded in number and bytes: what a client that was away for a moment has missed. */
export class EventRing {
  readonly #limits: { readonly events: number; readonly bytes: number }
  #events: Buffer[] = []
  #bytes = 0
  #last = 0

  constructor(limits: { readonly events: number; readonly bytes: number }) {
    this.#limits = limits
  }

  /** Number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** @param encode gives the event's bytes, once its number is known */
  push(encode: (number: number) => Buffer): void {
    this.#last += 1
    const bytes = encode(this.#last)
    this.#events.push(bytes)
    this.#bytes += bytes.length
    while (this.#events.length > this.#limits.events || this.#bytes > this.#limits.bytes) {
      this.#bytes -= this.#events.shift()?.length ?? 0
    }
  }

  /** Event `number`; null where it is not held any more, or not yet. */
  at(number: number): Buffer | null {
    const first = this.#last - this.#events.length + 1
    return this.#events[number - first] ?? null
  }

  /** Whether everything after event `number` is held. */
  reaches(number: number): boolean {
    return number <= this.#last && number >= this.#last - this.#events.length
  }
}
