import { expect, it } from 'vitest'
import { histogramOf } from './histogram.ts'
import { cellDocument } from './surface.ts'
import type { CellCounts } from './surface.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'

function counts(bornDead: number, fields: object = {}, pieces: readonly number[] = []): CellCounts {
  const { cell, spec } = parseSweep({ grid: { depth: 3, width: 2 }, inits: 1, ...fields }).cells[0]!
  const outcomes = { ...EMPTY_TALLY.outcomes, born_dead: bornDead, converged: 1000 - bornDead }
  const tally = { ...EMPTY_TALLY, trials: 1000, outcomes, pieces: histogramOf(pieces) }
  return { cell, spec, inits: 1000, tally, gaps: 0, digest: null, engines: [] }
}

it('raises an alarm where counts contradict what is proved of the born dead', () => {
  // Depth 3 and width 2 have the closed form 0.15625; 1,000 trials give 156 with a deviation of 11.5, so 5 of them are 58.
  expect(cellDocument(counts(156)).alarms).toEqual([])
  expect(cellDocument(counts(200)).alarms).toEqual([])
  const [alarm] = cellDocument(counts(230)).alarms
  expect(alarm!.about).toBe('born dead')
  expect(alarm!.sentence).toMatch(/^230 of 1000 were born dead, where it is proved that at most 15.63% are; so far off with a probability of .*e-/)
  expect(cellDocument(counts(90)).alarms[0]!.sentence).toContain('at least 15.63%')
})

it('raises none where no theorem applies', () => {
  expect(cellDocument(counts(900, { network: { activation: 'tanh' } })).alarms).toEqual([])
  // An initialization that is scaled is no longer the one of the bound, 1 - 3/4 (1 - 1/9) = 1/3 at this shape.
  const init = 'randomized-asymmetric'
  expect(cellDocument(counts(900, { network: { init } })).alarms[0]!.sentence).toContain('at most 33.33%')
  expect(cellDocument(counts(900, { network: { init, initScale: 2 } })).alarms).toEqual([])
})

it('raises an alarm at one piece more than a network of the shape can have', () => {
  // Two layers of two units: (2 + 1)^2.
  expect(cellDocument(counts(156, {}, [1, 9])).alarms).toEqual([])
  expect(cellDocument(counts(156, {}, [1, 10])).alarms).toEqual([{ about: 'pieces', sentence: 'a network has 10 pieces; at most 9 are possible' }])
  // (2 / pi) atan(sqrt 6) = 0.7532 kinks a unit where weights have std sqrt 2, biases 1 and x goes to sqrt 3.
  const biased = cellDocument(counts(156, { network: { bias: { kind: 'normal', std: 1 } } }))
  expect(biased.theory.pieces.linear).toBeCloseTo(1 + 2 * 2 * 0.7532, 3)
  expect(cellDocument(counts(156)).theory.pieces).toEqual({ maximum: 9, linear: null })
})
