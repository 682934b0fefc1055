import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchForDeafness } from './deafness.ts'
import type { DeafnessWatch } from './deafness.ts'

describe('watchForDeafness', () => {
  let watch: DeafnessWatch
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    watch.stop()
    vi.useRealTimers()
  })

  /** Whether the watch resolves within `seconds`, with a look every 15 s and `step` after each second. */
  async function isDeafWithin(seconds: number, step: () => void = () => undefined): Promise<boolean> {
    let resolved = false
    void watch.deaf.then(() => (resolved = true))
    for (let second = 0; second < seconds; second += 1) {
      await vi.advanceTimersByTimeAsync(1000)
      step()
    }
    return resolved
  }

  const limits = { concurrency: 2, afterSeconds: 60 }
  const depthOf = (waiting: number) => () => Promise.resolve({ waiting, active: 0 })

  it('resolves when chunks wait and nothing is fetched for a minute', async () => {
    watch = watchForDeafness(depthOf(1), { inHand: 1, fetched: 5 }, limits)
    expect(await isDeafWithin(60)).toBe(false)
    expect(await isDeafWithin(16)).toBe(true)
  })

  it('stays quiet while chunks are fetched, however many wait', async () => {
    const activity = { inHand: 1, fetched: 0 }
    watch = watchForDeafness(depthOf(1000), activity, limits)
    let seconds = 0
    expect(await isDeafWithin(300, () => void ((seconds += 1) % 20 === 0 && (activity.fetched += 1)))).toBe(false)
  })

  it('stays quiet while every hand is full', async () => {
    watch = watchForDeafness(depthOf(9), { inHand: 2, fetched: 2 }, limits)
    expect(await isDeafWithin(300)).toBe(false)
  })

  it('stays quiet after a long time without chunks, and counts from the first that waits', async () => {
    let waiting = 0
    watch = watchForDeafness(() => Promise.resolve({ waiting, active: 0 }), { inHand: 0, fetched: 0 }, limits)
    expect(await isDeafWithin(600)).toBe(false)
    waiting = 1
    expect(await isDeafWithin(59)).toBe(false)
    expect(await isDeafWithin(30)).toBe(true)
  })

  it('stays quiet while the queue does not answer', async () => {
    watch = watchForDeafness(() => Promise.reject(new Error('away')), { inHand: 0, fetched: 0 }, limits)
    expect(await isDeafWithin(300)).toBe(false)
  })
})
