import { describe, expect, it } from 'vitest'
import { NO_QUOTAS, requireDeviceTime, requireSize } from './quotas.ts'
import type { SweepSize } from './quotas.ts'
import { allows, SCOPES } from './scopes.ts'
import { parseSweep } from './sweep.ts'

/** The size that is shown before the grid is laid out. */
function sizeOf(source: unknown): SweepSize {
  const sizes: SweepSize[] = []
  parseSweep(source, (size) => sizes.push(size))
  expect(sizes).toHaveLength(1)
  return sizes[0]!
}

describe('the size of a sweep', () => {
  it('is that of its grid times its axes', () => {
    const source = { grid: { depth: { from: 2, to: 6, step: 2 }, width: [1, 2] }, inits: 1_000_000_000, axes: { seed: [0, 1, 2, 3] } }
    expect(sizeOf(source)).toEqual({ cells: 24n, trials: 24_000_000_000n })
  })

  it('counts a repeated value once, as the grid does', () => {
    const source = { grid: { depth: [2, 2, 3], width: 2 }, inits: 100, axes: { seed: [5, 5] } }
    expect(sizeOf(source)).toEqual({ cells: 2n, trials: 200n })
    expect(parseSweep(source).cells).toHaveLength(2)
  })

  it('has the trials of all rounds that may come', () => {
    expect(sizeOf({ grid: { depth: 2, width: [1, 2] }, until: { decide: [0.1], maxInits: 5000 } }).trials).toBe(10_000n)
  })

  it('refuses before a cell is made: what is wrong with the cells is never looked at', () => {
    const refuse = () => {
      throw new Error('too many')
    }
    expect(() => parseSweep({ grid: { depth: 2, width: 2 }, inits: 1, axes: { 'problem.expression': ['x1', '(', ')'] } }, refuse)).toThrow('too many')
  })
})

describe('quotas', () => {
  const quotas = { ...NO_QUOTAS, maxCells: 10, maxTrials: 1000, maxDeviceSeconds: 60 }

  it('allow what they name and refuse one more, with both numbers', () => {
    requireSize({ cells: 10n, trials: 1000n }, quotas)
    expect(() => requireSize({ cells: 11n, trials: 1n }, quotas)).toThrow('The sweep has 11 cells; the quota of this API key allows up to 10 cells.')
    expect(() => requireSize({ cells: 1n, trials: 1001n }, quotas)).toThrow('1001 trials; the quota of this API key allows up to 1000 trials.')
    requireDeviceTime(60, quotas)
    expect(() => requireDeviceTime(60.5, quotas)).toThrow('about 61 device-seconds; the quota of this API key allows up to 60')
  })

  it('are exact beyond what a number holds', () => {
    const most = { ...NO_QUOTAS, maxTrials: Number.MAX_SAFE_INTEGER }
    requireSize({ cells: 1n, trials: 2n ** 53n - 1n }, most)
    expect(() => requireSize({ cells: 1n, trials: 2n ** 53n }, most)).toThrow('9007199254740992 trials')
  })

  it('that are not set allow everything', () => {
    requireSize({ cells: 10n ** 30n, trials: 10n ** 30n }, NO_QUOTAS)
    requireDeviceTime(1e300, NO_QUOTAS)
  })
})

it('lets submit look, admin do everything, and worker nothing but its own', () => {
  const matrix = SCOPES.map((held) => SCOPES.map((needed) => allows([held], needed)))
  // Held: rows; needed: read, submit, admin, worker.
  expect(matrix).toEqual([
    [true, false, false, false],
    [true, true, false, false],
    [true, true, true, true],
    [false, false, false, true],
  ])
  expect(allows(['worker', 'read'], 'read')).toBe(true)
  expect(allows([], 'read')).toBe(false)
})
