import { setImmediate } from 'node:timers/promises'

/** Longest time all trainings together may hold the event loop at a stretch, in milliseconds. */
const HOLD_MS = 10

/** Shares the event loop between the trainings of one engine. */
export interface LoopShare {
  /** Runs `work` to its end in slices, calling `beforeSlice` (which may throw to stop it) before each. */
  run<T>(work: Generator<void, T>, beforeSlice: () => void): Promise<T>
}

/** All trainings get a turn in one round of the event loop, so each holds it for its part of HOLD_MS only. */
export function shareLoop(): LoopShare {
  let running = 0
  return {
    async run(work, beforeSlice) {
      running += 1
      try {
        for (;;) {
          await setImmediate()
          beforeSlice()
          const result = runUntil(work, performance.now() + HOLD_MS / running)
          if (result.done === true) return result.value
        }
      } finally {
        running -= 1
      }
    },
  }
}

function runUntil<T>(work: Generator<void, T>, deadlineMs: number): IteratorResult<void, T> {
  let result = work.next()
  while (result.done !== true && performance.now() < deadlineMs) result = work.next()
  return result
}
