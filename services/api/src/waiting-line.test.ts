import { describe, expect, it } from 'vitest'
import { BURST, LONGEST_WAIT_MS, SHORTEST_LINE, WaitingLine } from './waiting-line.ts'

/** A server that carries out one request after the other, each in `serviceMs`, in a time of its own. */
function simulate({ line, clock, serviceMs, everyMs, forMs }: { line: WaitingLine; clock: { ms: number }; serviceMs: number; everyMs: number; forMs: number }) {
  const waiting: { joinedMs: number; leave: (isCarriedOut: boolean) => void }[] = []
  const waits: number[] = []
  let [refused, busyUntilMs] = [0, clock.ms]
  for (const end = clock.ms + forMs; clock.ms < end; clock.ms += everyMs) {
    for (let first = waiting[0]; first !== undefined && Math.max(busyUntilMs, first.joinedMs) + serviceMs <= clock.ms; first = waiting[0]) {
      const arrivedAt = clock.ms
      busyUntilMs = Math.max(busyUntilMs, first.joinedMs) + serviceMs
      clock.ms = busyUntilMs
      waits.push(busyUntilMs - first.joinedMs)
      first.leave(true)
      clock.ms = arrivedAt
      waiting.shift()
    }
    const leave = line.join()
    if (leave === null) refused += 1
    else waiting.push({ joinedMs: clock.ms, leave })
  }
  return { waits, refused }
}

describe('a line of requests', () => {
  it('takes a hundred at once where it has become short, and not again at once', () => {
    const clock = { ms: 0 }
    const line = new WaitingLine(() => clock.ms)
    const hold = (count: number) => Array.from({ length: count }, () => line.join())
    const held = hold(60)
    clock.ms = 10_000
    for (const leave of held) leave?.(true)
    expect(line.limit).toBe(SHORTEST_LINE)
    expect(hold(SHORTEST_LINE + BURST + 1).filter((leave) => leave === null)).toHaveLength(1)
    // Ten a second come back.
    clock.ms += 1000
    expect(hold(11).filter((leave) => leave === null)).toHaveLength(1)
  })

  it('refuses nobody whom the server can serve', () => {
    const clock = { ms: 0 }
    const { refused } = simulate({ line: new WaitingLine(() => clock.ms), clock, serviceMs: 4, everyMs: 5, forMs: 20_000 })
    expect(refused).toBe(0)
  })

  // A server of one request every 4 ms answers 250 a second. With L in line the last one waits 4 L ms, and learning has an error of its own.
  it('keeps the wait within the bound when twice as many come as can be served', () => {
    const clock = { ms: 0 }
    const { waits, refused } = simulate({ line: new WaitingLine(() => clock.ms), clock, serviceMs: 4, everyMs: 2, forMs: 60_000 })
    expect(refused).toBeGreaterThan(0.49 * 30_000)
    expect(refused).toBeLessThan(0.51 * 30_000)
    expect(Math.max(...waits.slice(1000))).toBeLessThan(1.1 * LONGEST_WAIT_MS)
  })

  it('recovers from a time in which nothing moved', () => {
    const clock = { ms: 0 }
    const line = new WaitingLine(() => clock.ms)
    const held = Array.from({ length: 60 }, () => line.join())
    clock.ms = 10_000
    for (const leave of held) leave?.(true)
    expect(line.limit).toBe(SHORTEST_LINE)
    simulate({ line, clock, serviceMs: 1, everyMs: 0.5, forMs: 5_000 })
    expect(line.limit).toBeGreaterThan(0.8 * LONGEST_WAIT_MS)
  })

  it('learns nothing from what was refused or failed', () => {
    const clock = { ms: 0 }
    const line = new WaitingLine(() => clock.ms)
    const { limit } = line
    const held = Array.from({ length: 20 }, () => line.join())
    clock.ms = 60_000
    for (const leave of held) leave?.(false)
    expect([line.limit, line.length]).toEqual([limit, 0])
  })
})
