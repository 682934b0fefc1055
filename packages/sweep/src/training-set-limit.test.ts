import { describe, expect, it } from 'vitest'
import { parseSweep } from './sweep.ts'

const grid = { depth: 2, width: 1 }
const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed)

describe('the training sets of a sweep', () => {
  it('are refused where the distinct ones have over 4,000,000 points, before they are built', () => {
    const problem = { points: 65_536, sampling: 'random' }
    // Seconds of the processor: what else runs on it does not count.
    const before = process.cpuUsage()
    expect(() => parseSweep({ grid, inits: 1, problem, axes: { seed: seeds(1000) } })).toThrow('over 4000000 points')
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
  })

  it('count once where they are the same', () => {
    const sweep = parseSweep({ grid, inits: 1, problem: { points: 65_536, sampling: 'grid' }, axes: { seed: seeds(1000) } })
    expect(sweep.cells).toHaveLength(1000)
  })
})
