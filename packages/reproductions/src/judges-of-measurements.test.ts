import { functionGrid } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import type { Measurement } from './measurement.ts'
import { verdictOf } from './measurement.ts'
import { FUNCTIONS_OF_24 } from './references/few-functions.ts'
import { simulatedSweep, uniforms } from './samples/evidence.ts'
import { measuredCell } from './samples/measured.ts'
import type { CellEvidence, SweepEvidence, Target } from './target.ts'
import { condensation } from './targets/condensation.ts'
import { fewFunctions } from './targets/few-functions.ts'

/** The quick sweeps of a target as if they had been run, each cell measured as told. */
function measured(target: Target, measure: (cell: CellEvidence) => CellEvidence): SweepEvidence[] {
  const sweeps = target.sweeps('quick').map((sweep) => simulatedSweep(sweep, () => ({ bornDead: 0 })))
  return sweeps.map((sweep) => ({ ...sweep, cells: sweep.cells.map(measure) }))
}

/** A deviation that is seen with probability 0.8 is missed in 12 or more of 20 rounds with probability 1e-4. */
const ROUNDS = 20
const LEAST_SEEN = 9

const named = (measurements: readonly Measurement[], what: string) => measurements.find((measurement) => measurement.what.startsWith(what))!

describe('few functions', () => {
  /** Equally likely kinds of which 24 draws show so many on average: K (1 - (1 - 1/K)^24), solved for K. */
  const kindsFor = (mean: number): number => {
    let [low, high] = [mean / 2, 1e5]
    for (let step = 0; step < 60; step += 1) {
      const kinds = Math.sqrt(low * high)
      if (kinds * (1 - (1 - 1 / kinds) ** 24) < mean) low = kinds
      else high = kinds
    }
    return Math.round(high)
  }

  /** Every trial learns one of so many constants, with equal probability. */
  const judged = (seed: number, meanOf: (std: number, width: number) => number) => {
    const next = uniforms(seed)
    return fewFunctions.judge(
      measured(fewFunctions, (cell) => {
        const { initialization } = cell.spec.network
        const kinds = kindsFor(meanOf(initialization.kind === 'small' ? initialization.std : 0, cell.spec.width))
        const learned = Array.from({ length: cell.tally.trials }, () => Math.floor(next() * kinds))
        return measuredCell(cell, 'functions', ({ trial }) => learned[trial]!)
      }),
    )
  }
  const table = (std: number, width: number) => FUNCTIONS_OF_24.find((entry) => entry.std === std && entry.width === width)!.mean

  it('passes at the means of the table', () => {
    const verdicts = [1, 2, 3].map((seed) => verdictOf(judged(seed, table)))
    expect(verdicts).toEqual(['pass', 'pass', 'pass'])
  })

  it('sees the deviations that it says it would', () => {
    const what = 'functions of 24 trials from 0.1, width 16'
    const { detectable } = named(judged(0, table), what)
    for (const deviation of [-detectable.below!, detectable.above!]) {
      let seen = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const moved = judged(round, (std, width) => table(std, width) + (std === 0.1 && width === 16 ? deviation : 0))
        if (named(moved, what).verdict === 'fail') seen += 1
      }
      expect(seen, `moved by ${deviation}`).toBeGreaterThanOrEqual(LEAST_SEEN)
    }
  })

  it('fails where small weights lead to ever new functions, as large ones do', () => {
    const endless = judged(1, (_, width) => table(1, width))
    for (const width of [4, 8, 16, 32]) expect(named(endless, `functions of 480 trials, width ${width}:`).verdict).toBe('fail')
  })

  it('fails where wider networks learn more functions', () => {
    const growing = judged(1, (std, width) => (std === 0.001 && width === 32 ? 18 : table(std, width)))
    expect(named(growing, 'functions of 24 trials from 0.001, width 32 over width 4').verdict).toBe('fail')
  })

  it('compares functions up to 1.5 alone', () => {
    const grid = functionGrid(measured(fewFunctions, (cell) => cell)[0]!.cells[0]!.spec.problem)
    const outside = fewFunctions.judge(
      measured(fewFunctions, (cell) => measuredCell(cell, 'functions', ({ trial, place }) => (Math.abs(grid[place]!) > 1.5 ? trial : 0))),
    )
    expect(named(outside, 'functions of 24 trials from 1, width 8').measured.estimate).toBe(1)
  })

  it('needs the measurements', () => {
    expect(() => fewFunctions.judge(measured(fewFunctions, (cell) => cell))).toThrow('expected the column onGrid of the set functions, got none')
  })
})

describe('condensation', () => {
  const MOMENTS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000]

  interface Told {
    readonly clusters?: Readonly<Record<number, number>>
    readonly degrees?: number
    readonly large?: { readonly start?: number; readonly end?: number }
  }

  /** Clusters at each step, one more or one less in turn where they are many; the small weights as the theory and the table have them. */
  const judged = ({ clusters = {}, degrees = 0.14, large: { start = 27.6, end = 24.992 } = {} }: Told) => {
    const small: Readonly<Record<number, number>> = { 1: 28, 300: 2, 1000: 2, 3000: 2, 10_000: 2.59, ...clusters }
    const around = (mean: number, trial: number, trials: number) => Math.floor(mean) + (trial < (mean - Math.floor(mean)) * trials ? 1 : 0)
    return condensation.judge(
      measured(condensation, (cell) => {
        const isSmall = cell.document.cell === measuredSmall
        return measuredCell(cell, 'directions', ({ column, trial, place }) => {
          if (column === 'extremalMean') return degrees
          if (column !== 'clusters') return 0
          const step = MOMENTS[Math.floor(place / 3)]!
          if (isSmall) return around(small[step] ?? 20, trial, cell.tally.trials)
          return around(step === 1 ? start : end, trial, cell.tally.trials) + (trial % 2 === 0 ? 3 : -3)
        })
      }),
    )
  }
  const measuredSmall = measured(condensation, (cell) => cell)[0]!.cells[0]!.document.cell
  const failed = (measurements: readonly Measurement[]) => measurements.filter(({ verdict }) => verdict === 'fail').map(({ what }) => what)

  it('passes with two directions that are those of the theory, and with large weights that hardly turn', () => {
    expect(verdictOf(judged({}))).toBe('pass')
  })

  it('fails with three directions in the alignment, or with twelve at the end', () => {
    expect(failed(judged({ clusters: { 300: 3 } }))).toEqual(['at most 2 directions after 300 steps from 0.0001'])
    expect(failed(judged({ clusters: { 10_000: 12 } }))).toEqual([
      'at most 10 directions at the end from 0.0001',
      'directions after 10,000 steps from 0.0001',
    ])
  })

  it('fails when no unit is left, which is no direction', () => {
    expect(failed(judged({ clusters: { 1000: 0 } }))).toEqual(['at most 2 directions after 1000 steps from 0.0001'])
  })

  it('fails when the directions are others than those of the theory', () => {
    expect(failed(judged({ degrees: 5 }))).toEqual(['units within 1 degree of the predicted directions, on average, after 100 steps from 0.0001'])
  })

  it('fails when large weights condense too', () => {
    expect(failed(judged({ large: { end: 16 } }))).toEqual(['directions at the end over those at the start from 1', 'directions after 10,000 steps from 1'])
  })

  it('sees the deviation that it says it would', () => {
    const what = 'directions after 10,000 steps from 1'
    const { detectable } = named(judged({}), what)
    for (const deviation of [-detectable.below!, detectable.above!]) {
      expect(named(judged({ large: { start: 24.992 + deviation, end: 24.992 + deviation } }), what).verdict).toBe('fail')
    }
  })
})
