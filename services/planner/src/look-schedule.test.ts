import { expect, it } from 'vitest'
import { LookSchedule } from './look-schedule.ts'

const glance = (live: number, sweeps = 'a') => ({ sweeps, live: new Map([['cpu', live]] as const) })

it('looks at first, and again when a third of what was outstanding has been recorded', () => {
  const schedule = new LookSchedule()
  expect(schedule.isDue(glance(0), 0)).toBe(true)
  schedule.looked(glance(30), 0.01, 0)
  expect([29, 21, 20, 19].map((live) => schedule.isDue(glance(live), 100))).toEqual([false, false, false, true])
})

it('looks at once when the sweeps are others, and otherwise after a second', () => {
  const schedule = new LookSchedule()
  schedule.looked(glance(30), 0.01, 0)
  expect(schedule.isDue(glance(30, 'a b'), 1)).toBe(true)
  expect(schedule.isDue(glance(30), 999)).toBe(false)
  expect(schedule.isDue(glance(30), 1000)).toBe(true)
})

it('spends a tenth of its time on looks that are slow', () => {
  const schedule = new LookSchedule()
  schedule.looked(glance(30), 0.5, 0)
  expect(schedule.isDue(glance(30), 4999)).toBe(false)
  expect(schedule.isDue(glance(30), 5000)).toBe(true)
})

it('looks at once where nearly nothing is left, so that a last chunk is never waited for', () => {
  const schedule = new LookSchedule()
  schedule.looked(glance(1), 0.01, 0)
  expect(schedule.isDue(glance(0), 1)).toBe(true)
  schedule.looked(glance(0), 0.01, 0)
  expect(schedule.isDue(glance(0), 1)).toBe(false)
})
