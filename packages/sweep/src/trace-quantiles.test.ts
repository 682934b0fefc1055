import { allocateColumns } from '@collapsar/trial'
import { expect, it } from 'vitest'
import type { CellMeasurements } from './measurement-block.ts'
import { traceQuantiles } from './trace-quantiles.ts'

/** Losses of each trial after 1 and 3 steps. */
function traced(losses: readonly (readonly [number, number])[], trials = losses.map((_, i) => i)): CellMeasurements {
  return {
    set: { name: 'traces', version: 1 },
    columns: [{ name: 'loss', type: 'f32', size: 2, meaning: '' }],
    trials: Float64Array.from(trials),
    values: [Float32Array.from(losses.flat())],
  }
}

function recorded(losses: readonly number[]) {
  const columns = allocateColumns(losses.length)
  columns.loss.set(losses)
  return { trials: Float64Array.from(losses, (_, i) => i), columns }
}

const cell = { observed: [1, 3], steps: 9 }

it('gives quantiles of type 7 at each step and at the end', () => {
  // Of 1 .. 5: places 0.2, 1, 2, 3 and 3.8 from 0.
  const measurements = traced([[5, 10], [4, 20], [3, 30], [2, 40], [1, 50]])
  const { trials, quantiles } = traceQuantiles({ ...cell, measurements, records: recorded([2, 2, 2, 2, 2]) })
  expect(trials).toBe(5)
  expect(quantiles).toEqual([
    { step: 1, q05: expect.closeTo(1.2, 12), q25: 2, median: 3, q75: 4, q95: expect.closeTo(4.8, 12) },
    { step: 3, q05: expect.closeTo(12, 12), q25: 20, median: 30, q75: 40, q95: expect.closeTo(48, 12) },
    { step: 9, q05: 2, q25: 2, median: 2, q75: 2, q95: 2 },
  ])
})

it('counts what diverged above all others', () => {
  const measurements = traced([[1, 1], [2, NaN], [3, NaN]])
  const { quantiles } = traceQuantiles({ ...cell, measurements, records: recorded([1, NaN, NaN]) })
  expect(quantiles[0]).toMatchObject({ median: 2 })
  expect(quantiles[1]).toMatchObject({ step: 3, q05: null, median: null, q95: null })
})

it('takes the same trials at every step: those measured and recorded', () => {
  const { trials, quantiles } = traceQuantiles({ ...cell, measurements: traced([[7, 8], [9, 9]], [1, 5]), records: recorded([100, 6, 100]) })
  expect(trials).toBe(1)
  expect(quantiles.map(({ step, median }) => [step, median])).toEqual([[1, 7], [3, 8], [9, 6]])
})

it('refuses another set', () => {
  const measurements = { ...traced([[1, 1]]), columns: [] }
  expect(() => traceQuantiles({ ...cell, measurements, records: recorded([1]) })).toThrow('invalid measurements: traces has no loss at 2 steps')
})
