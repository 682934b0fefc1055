import { CHECK_STEPS } from '@collapsar/trial'

/** A launch is to take this long: with those in flight short enough to be stopped within a second, long enough that starting it costs nothing. */
const LAUNCH_MS = 150
/** Launches that wait for each other on the device, so that it never waits for us. */
const IN_FLIGHT = 2

/** What is to be brought to its end by launches. */
export interface Course {
  readonly trials: number
  /** Trials that are trained at a time. */
  readonly slots: number
  readonly steps: number
  /** Throws when the training is to stop. */
  readonly stop: () => void
  readonly onProgress: ((fraction: number) => void) | undefined
}

export interface Launches {
  /** Starts a launch behind those before. */
  launch(rounds: number): Promise<void>
  /** How many trials have ended by the launches started so far; those started later may have ended more. */
  ended(): Promise<number>
}

interface Flight {
  readonly rounds: number
  readonly launched: Promise<void>
  readonly ended: Promise<number>
}

/**
 * Launches, some of them ahead, until all trials have ended. The counter of those that have is read behind each launch while the next one runs: it
 * only grows, and says that all have ended no sooner than they have. Nothing is left running when this resolves or rejects, at the latest after the
 * launches in flight: what trials have written can be read then.
 */
export async function launchToTheEnd(course: Course, launches: Launches): Promise<void> {
  const inFlight: Flight[] = []
  let [rounds, last] = [1, performance.now()]
  try {
    for (let done = 0; done < course.trials; ) {
      course.stop()
      while (inFlight.length < IN_FLIGHT) inFlight.push(fly(launches, rounds))
      const flight = inFlight[0] as Flight
      await flight.launched
      done = await flight.ended
      inFlight.shift()
      course.stop()
      course.onProgress?.(done / course.trials)
      const now = performance.now()
      rounds = nextRounds(course, { before: rounds, flown: flight.rounds, elapsedMs: now - last })
      last = now
    }
  } finally {
    // Nobody is told of what a stopped training still meets.
    await Promise.allSettled(inFlight.flatMap(({ ended, launched }) => [launched, ended]))
  }
}

function fly({ ended, launch }: Launches, rounds: number): Flight {
  const flight = { rounds, launched: launch(rounds), ended: ended() }
  // Whoever waits for the launch hears of a failure of both.
  flight.ended.catch(() => {})
  flight.launched.catch(() => {})
  return flight
}

interface Pace {
  /** Rounds of the launch that was started last. */
  readonly before: number
  /** Rounds of the launch that has just ended. */
  readonly flown: number
  /** Since the one before it ended: what it took, as they run one after another. */
  readonly elapsedMs: number
}

/** Rounds that take as long as a launch should; at most twice those before, as trials that end make a launch quicker than the next may be. */
function nextRounds({ slots, steps, trials }: Course, { before, elapsedMs, flown }: Pace): number {
  const aimed = (flown * LAUNCH_MS) / Math.max(1, elapsedMs)
  // Enough for all trials that a slot may come to train.
  const useful = (Math.ceil(steps / CHECK_STEPS) + 1) * Math.ceil(trials / slots) + 1
  return Math.max(1, Math.min(2 * before, useful, Math.round(aimed)))
}
