/** How long the last in line may have to wait, in milliseconds, as far as that is known. */
export const LONGEST_WAIT_MS = 200
/** Always let in, so that a process that was held up once learns better. */
export const SHORTEST_LINE = 32
/** Before anything was learnt, in milliseconds: twice what a small sweep takes on two cores. */
const FIRST_GUESS_MS = 1.5
/** Let in beyond the limit now and then: a client that sends a hundred submits at once is no overload, one that goes on with it is. */
export const BURST = 100
const BURST_PER_SECOND = 10
/** Below so many in line, an answer takes its own time and not that of those before it. */
const LEARNING_LENGTH = 8
/** Weight of the last answer in what was learnt. */
const WEIGHT = 1 / 16

/**
 * Requests that are answered in turn. How many may be in hand so that the last is answered in time is learnt from those that were: one that
 * found n in line, itself included, and was answered after a time t shows that each takes t / n (Little, 1961: L = lambda W).
 */
export class WaitingLine {
  readonly #now: () => number
  #length = 0
  #eachMs = FIRST_GUESS_MS
  /** What is left of `BURST`, and when that was. */
  #burst = BURST
  #burstMs: number

  /** @param now a clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#burstMs = now()
  }

  /** Requests in hand. */
  get length(): number {
    return this.#length
  }

  /** Most of them, but for bursts. */
  get limit(): number {
    return Math.max(SHORTEST_LINE, Math.floor(LONGEST_WAIT_MS / this.#eachMs))
  }

  /** Null when the line is full; else leaves it, which is to be called once, and says whether the request was carried out: only that takes its time. */
  join(): ((isCarriedOut: boolean) => void) | null {
    if (this.#length >= this.limit && !this.#takeOfBurst()) return null
    this.#length += 1
    const [joinedMs, length] = [this.#now(), this.#length]
    return (isCarriedOut) => {
      this.#length -= 1
      if (isCarriedOut && length >= LEARNING_LENGTH) this.#learn((this.#now() - joinedMs) / length)
    }
  }

  #takeOfBurst(): boolean {
    const now = this.#now()
    this.#burst = Math.min(BURST, this.#burst + ((now - this.#burstMs) / 1000) * BURST_PER_SECOND)
    this.#burstMs = now
    if (this.#burst < 1) return false
    this.#burst -= 1
    return true
  }

  #learn(eachMs: number): void {
    this.#eachMs += WEIGHT * (eachMs - this.#eachMs)
  }
}
