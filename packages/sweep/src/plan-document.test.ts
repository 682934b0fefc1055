import { describe, expect, it } from 'vitest'
import { CollapsarError } from './errors.ts'
import { planDocument } from './plan-document.ts'
import { parseSweep } from './sweep.ts'

/** abs at depth 2, width 1: 2 weights, (6 * 128 * 3000 + 2 * 128) flop each, by hand from the cost model. */
const SMALLEST_TRIAL_FLOPS = 2 * (6 * 128 * 3000 + 2 * 128)
/** One block of that cell a second. */
const speed = { flopsPerSecond: 100 * SMALLEST_TRIAL_FLOPS, workers: 1, threads: 1 }

const grid = { depth: 2, width: [1, 2, 3] }

describe('planDocument', () => {
  it('tells cached, partial and new cells apart', () => {
    const plan = planDocument(parseSweep({ grid, inits: 1000 }), [1000, 400, 0], speed)
    expect(plan.cells).toEqual({ total: 3, cached: 1, partial: 1, new: 1 })
    expect(plan.trials).toEqual({ requested: 3000, reused: 1400, toRun: 1600 })
    expect(plan.explain.map((cell) => cell.status)).toEqual(['cached', 'partial', 'new'])
    expect(plan.explain[1]?.reason).toBe('400 of 1000 trials exist; the other 600 are missing.')
  })

  it('counts no more trials as reused than are asked for', () => {
    const plan = planDocument(parseSweep({ grid: { depth: 2, width: 1 }, inits: 100 }), [500], speed)
    expect(plan.trials).toEqual({ requested: 100, reused: 100, toRun: 0 })
    expect(plan).toMatchObject({ blocks: 0, seconds: 0, slowestBlockSeconds: 0, preemptionSeconds: 0, warnings: [] })
  })

  it('warns of cells whose trials come from several engines, also where nothing is to be trained', () => {
    const sweep = parseSweep({ grid: { depth: 2, width: 1 }, inits: 100 })
    expect(planDocument(sweep, [100], speed, { mixedCells: 1 }).warnings).toEqual([
      'One cell has trials of several versions of an engine: their bits were compared on a block.',
    ])
  })

  it('trains recorded trials again that lack a set of the sweep, and says so', () => {
    const sweep = parseSweep({ grid, inits: 1000, measure: ['facts'] })
    const measured = [
      { trials: 1000, lacking: [] },
      { trials: 300, lacking: ['facts'] },
      { trials: 0, lacking: ['facts'] },
    ]
    const plan = planDocument(sweep, [1000, 400, 1000], speed, { measured })
    expect(plan.cells).toEqual({ total: 3, cached: 1, partial: 2, new: 0 })
    expect(plan.trials).toEqual({ requested: 3000, reused: 1300, toRun: 1700 })
    expect(plan.blocks).toBe(17)
    expect(plan.explain.map(({ reason }) => reason)).toEqual([
      'All 1000 trials exist.',
      '400 of 1000 trials are recorded, but 100 of them without facts: these are trained again; the other 600 are missing.',
      '1000 of 1000 trials are recorded, but 1000 of them without facts: these are trained again.',
    ])
    const plain = planDocument(parseSweep({ grid, inits: 1000 }), [1000, 300, 0], speed)
    expect(plan.planHash).not.toBe(plain.planHash)
    expect(() => planDocument(sweep, [0, 0, 0], speed)).toThrow('invalid existing trials: 0 counts for 3 cells')
  })

  it('trains whole blocks', () => {
    const plan = planDocument(parseSweep({ grid: { depth: 2, width: 1 }, inits: 150 }), [100], speed)
    expect(plan.blocks).toBe(1)
    expect(plan.trials.toRun).toBe(50)
    expect(plan.deviceSeconds.p50).toBeCloseTo(1, 12)
  })

  it('divides the wall time by the workers, but never a block', () => {
    const sweep = parseSweep({ grid: { depth: 2, width: 1 }, inits: 400 })
    expect(planDocument(sweep, [0], speed).seconds).toBeCloseTo(4, 12)
    expect(planDocument(sweep, [0], { ...speed, workers: 2 }).seconds).toBeCloseTo(2, 12)
    expect(planDocument(sweep, [0], { ...speed, workers: 100 }).seconds).toBeCloseTo(1, 12)
  })

  it('prices a trial that is born dead as one forward pass', () => {
    // Width 1, depth 3, inputs of both signs: born dead with probability 1/2 (the two hidden units face away from each other).
    const source = { grid: { depth: 3, width: 1 }, inits: 100 }
    const trained = 3 * (6 * 128 * 3000 + 2 * 128)
    const unborn = 3 * 2 * 128
    const plan = planDocument(parseSweep(source), [0], { ...speed, flopsPerSecond: 1e6 })
    expect(plan.deviceSeconds.p50).toBeCloseTo((100 * (trained + unborn)) / 2 / 1e6, 6)
    expect(plan.deviceSeconds.p90).toBeCloseTo((1.7 * (100 * (trained + unborn) / 2 + 1.2816 * 5 * (trained - unborn))) / 1e6, 6)
    const toTheEnd = planDocument(parseSweep({ ...source, training: { stopAtDeath: false } }), [0], { ...speed, flopsPerSecond: 1e6 })
    expect(toTheEnd.deviceSeconds.p50).toBeCloseTo((100 * trained) / 1e6, 6)
    const noise = (kind: string) => parseSweep({ ...source, training: { noise: { kind, level: 0.1 } } })
    const p50Of = (kind: string) => planDocument(noise(kind), [0], { ...speed, flopsPerSecond: 1e6 }).deviceSeconds.p50
    expect(p50Of('absolute')).toBe(toTheEnd.deviceSeconds.p50)
    expect(p50Of('relative')).toBe(plan.deviceSeconds.p50)
  })

  it('warns above a minute a block and names the slowest cell', () => {
    const sweep = parseSweep({ grid: { depth: 2, width: [1, 70] }, inits: 100 })
    const plan = planDocument(sweep, [0, 0], speed)
    expect(plan.slowestBlockSeconds).toBeCloseTo(70, 9)
    expect(plan.preemptionSeconds).toBeCloseTo(70, 9)
    expect(plan.warnings).toHaveLength(1)
    expect(plan.warnings[0]).toContain('depth 2 and width 70 takes up to 70 s')
    expect(planDocument(parseSweep({ grid: { depth: 2, width: 59 }, inits: 100 }), [0], speed).warnings).toEqual([])
  })

  it('refuses above an hour a block unless it is allowed or nothing is to be trained', () => {
    const sweep = parseSweep({ grid: { depth: 2, width: 2 }, inits: 100 })
    const slow = { ...speed, flopsPerSecond: speed.flopsPerSecond / 1900 }
    const refused = () => planDocument(sweep, [0], slow)
    expect(refused).toThrow(CollapsarError)
    expect(refused).toThrow(/width 2 takes about 63 min; accepted: up to 60 min/)
    expect(planDocument(sweep, [0], slow, { allowSlow: true }).slowestBlockSeconds).toBeCloseTo(3800, 6)
    expect(planDocument(sweep, [100], slow).blocks).toBe(0)
  })

  it('says when no worker is connected and when the speed is assumed', () => {
    const sweep = parseSweep({ grid: { depth: 2, width: 1 }, inits: 100 })
    const plan = planDocument(sweep, [0], { flopsPerSecond: null, workers: 0, threads: 2 })
    expect(plan.warnings).toEqual([
      'No worker is connected: nothing is trained until one is. Times are for one worker.',
      'No worker has measured its speed yet: times assume 100 Gflop/s a worker.',
    ])
  })

  it('has a hash that changes with what is asked and what exists, and with no label', () => {
    const hash = (source: object, existing: number) => planDocument(parseSweep(source), [existing], speed).planHash
    const source = { grid: { depth: 2, width: 1 }, inits: 200 }
    expect(hash(source, 0)).toMatch(/^[0-9a-f]{64}$/)
    expect(hash({ ...source, name: 'label' }, 0)).toBe(hash(source, 0))
    expect(hash(source, 100)).not.toBe(hash(source, 0))
    expect(hash({ ...source, inits: 300 }, 0)).not.toBe(hash(source, 0))
    expect(hash({ ...source, seed: 1 }, 0)).not.toBe(hash(source, 0))
  })

  it('labels cells with their axes', () => {
    const sweep = parseSweep({ grid: { depth: 2, width: 1 }, inits: 100, axes: { 'training.loss': ['mse', 'mae'] } })
    expect(planDocument(sweep, [0, 0], speed).explain.map((cell) => cell.axes)).toEqual([
      { 'training.loss': 'mse' },
      { 'training.loss': 'mae' },
    ])
  })

  it('refuses counts that do not belong to the sweep', () => {
    expect(() => planDocument(parseSweep({ grid, inits: 100 }), [0], speed)).toThrow('1 counts for 3 cells')
  })

  it('plans 1,600 cells well within two seconds', () => {
    const sweep = parseSweep({ grid: { depth: { from: 2, to: 41 }, width: { from: 1, to: 40 } }, inits: 100_000 })
    const started = performance.now()
    const plan = planDocument(sweep, Array<number>(1600).fill(0), speed, { allowSlow: true })
    expect(performance.now() - started).toBeLessThan(2000)
    expect(plan.trials.toRun).toBe(160_000_000)
  })
})
