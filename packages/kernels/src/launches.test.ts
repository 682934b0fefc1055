import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { launchToTheEnd } from './launches.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Simulated {
  /** Milliseconds of a round. */
  readonly roundMs: number
  /** Rounds until all trials have ended. */
  readonly rounds: number
}

/** The milliseconds of each launch, on a device that runs one after another. */
async function launchesOf({ roundMs, rounds }: Simulated): Promise<number[]> {
  const durations: number[] = []
  let made = 0
  let last = Promise.resolve()
  const behind = <T>(act: () => T): Promise<T> => {
    const done = last.then(act)
    last = done.then(() => {})
    return done
  }
  await launchToTheEnd(
    { trials: 100, slots: 100, steps: 32 * rounds, stop: () => {}, onProgress: undefined },
    {
      launch: (count) =>
        behind(() => {
          vi.advanceTimersByTime(count * roundMs)
          durations.push(count * roundMs)
          made += count
        }),
      ended: () => behind(() => (made >= rounds ? 100 : 0)),
    },
  )
  return durations
}

it.each([0.5, 7, 40])('launches come to take 150 ms, and none much longer, where a round takes %d ms', async (roundMs) => {
  const durations = await launchesOf({ roundMs, rounds: 40 * Math.ceil(150 / roundMs) })
  expect(Math.max(...durations)).toBeLessThanOrEqual(150 + roundMs)
  const settled = durations.slice(12, -2)
  expect(settled.length).toBeGreaterThan(10)
  expect(Math.min(...settled)).toBeGreaterThanOrEqual(150 - roundMs)
})

it('launches single rounds where one takes longer than a launch should', async () => {
  expect(new Set(await launchesOf({ roundMs: 400, rounds: 9 }))).toEqual(new Set([400]))
})

it('waits for the launches in flight when it stops', async () => {
  vi.useRealTimers()
  const running = new Set<number>()
  let launches = 0
  const stopped = new Error('enough')
  const training = launchToTheEnd(
    { trials: 1, slots: 1, steps: 100, stop: () => {
      if (launches > 3) throw stopped
    }, onProgress: undefined },
    {
      launch: async () => {
        const number = (launches += 1)
        running.add(number)
        await setTimeout(5)
        running.delete(number)
      },
      ended: async () => 0,
    },
  )
  await expect(training).rejects.toBe(stopped)
  expect(running.size).toBe(0)
})
