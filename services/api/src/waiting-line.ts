/** How long the last in line may have to wait, in milliseconds, as far as that is known. */
export const LONGEST_WAIT_MS = 200
/** Always let in: a client that sends a hundred submits at once is no overload, nor is a process that was held up once. */
export const SHORTEST_LINE = 32
/** Before anything was learnt, in milliseconds: twice what a small sweep takes on two cores. */
const FIRST_GUESS_MS = 1.5
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

  /** @param now a clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Requests in hand. */
  get length(): number {
    return this.#length
  }

  /** Most of them. */
  get limit(): number {
    return Math.max(SHORTEST_LINE, Math.floor(LONGEST_WAIT_MS / this.#eachMs))
  }

  /** Null when the line is full; else leaves it, which is to be called once, and says whether the request was carried out: only that takes its time. */
  join(): ((isCarriedOut: boolean) => void) | null {
    if (this.#length >= this.limit) return null
    this.#length += 1
    const [joinedMs, length] = [this.#now(), this.#length]
    return (isCarriedOut) => {
      this.#length -= 1
      if (isCarriedOut && length >= LEARNING_LENGTH) this.#learn((this.#now() - joinedMs) / length)
    }
  }

  #learn(eachMs: number): void {
    this.#eachMs += WEIGHT * (eachMs - this.#eachMs)
  }
}
