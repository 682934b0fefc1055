import { describe, expect, it } from 'vitest'
import { extended, untilNow } from './extension.ts'

const fixed = { source: { inits: 100 } }
const adaptive = { source: { until: { decide: [0.1], maxInits: 1000, maxDeviceSeconds: 60 } } }
const unbounded = { source: { until: { decide: [0.1] } } }

describe('an extension', () => {
  it('raises what the sweep asks for, and keeps what it does not name', () => {
    expect(extended(fixed, 100, { inits: 250 })).toEqual({ inits: 250, maxInits: null, maxDeviceSeconds: null })
    expect(extended(adaptive, 400, { maxInits: 2000 })).toEqual({ inits: null, maxInits: 2000, maxDeviceSeconds: 60 })
    expect(extended(adaptive, 400, { maxDeviceSeconds: 90.5 })).toEqual({ inits: null, maxInits: 1000, maxDeviceSeconds: 90.5 })
  })

  it('stands on the one before', () => {
    const extension = extended(adaptive, 400, { maxInits: 2000 })
    expect(extended({ ...adaptive, extension }, 400, { maxDeviceSeconds: 90 })).toEqual({ inits: null, maxInits: 2000, maxDeviceSeconds: 90 })
    expect(() => extended({ ...adaptive, extension }, 400, { maxInits: 1500 })).toThrow('maxInits is 1500; accepted: what the sweep asks for now, 2000, or more')
  })

  it.each([
    [fixed, { maxInits: 500 }, '/maxInits', 'accepted: inits'],
    [fixed, {}, '', 'nothing is asked for'],
    [fixed, { inits: 99 }, '/inits', 'inits is 99'],
    [adaptive, { inits: 500 }, '/inits', 'accepted: maxInits, maxDeviceSeconds'],
    [adaptive, { maxInits: 2000, inits: 500 }, '/inits', 'decides levels'],
    [adaptive, { maxDeviceSeconds: 59 }, '/maxDeviceSeconds', 'maxDeviceSeconds is 59'],
    [unbounded, { maxDeviceSeconds: 1e9 }, '/maxDeviceSeconds', 'no such bound'],
  ])('of %j by %j is refused at %s: %s', (sweep, wish, pointer, detail) => {
    expect(() => extended(sweep, 100, wish)).toThrow(
      expect.objectContaining({ code: 'conflict', problems: [{ pointer, detail: expect.stringContaining(detail) }] }),
    )
  })
})

describe('what a sweep wants decided now', () => {
  it('is what its file says, with the bounds of its last extension', () => {
    expect(untilNow(fixed)).toBeNull()
    expect(untilNow({ source: null })).toBeNull()
    expect(untilNow(unbounded)).toEqual({ decide: [0.1], confidence: 0.95, maxInits: 100_000, maxDeviceSeconds: null })
    const extension = { inits: null, maxInits: 3000, maxDeviceSeconds: 70 }
    expect(untilNow({ ...adaptive, extension })).toEqual({ decide: [0.1], confidence: 0.95, maxInits: 3000, maxDeviceSeconds: 70 })
  })
})
