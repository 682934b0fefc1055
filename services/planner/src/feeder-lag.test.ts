import { expect, it } from 'vitest'
import { FeederLag } from './feeder-lag.ts'

const [a, b] = [{ id: 'a' }, { id: 'b' }]

it('is the time from the claim until the queue had the chunk', () => {
  const lag = new FeederLag()
  lag.claimed([a], 1000)
  lag.queued([a, b], 1250)
  expect(lag.seconds([a, b], 9000)).toBe(0.25)
  // Offered once more: that is no lag.
  lag.queued([a], 9000)
  expect(lag.seconds([a], 9000)).toBe(0.25)
})

it('grows while the queue takes nothing, and ends with the work', () => {
  const lag = new FeederLag()
  lag.claimed([a, b], 1000)
  expect(lag.seconds([a, b], 6000)).toBe(5)
  lag.queued([a], 7000)
  expect(lag.seconds([a, b], 9000)).toBe(8)
  // The other one was dropped before anybody had it.
  expect(lag.seconds([a], 60_000)).toBe(6)
  expect(lag.seconds([], 60_000)).toBe(0)
})
