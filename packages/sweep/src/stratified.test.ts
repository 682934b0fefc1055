import { expect, it } from 'vitest'
import { cellDocument } from './surface.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'

function stratified(bornDead: number, died: number, fields: object = {}): ReturnType<typeof cellDocument>['stratified'] {
  const { cell, spec } = parseSweep({ grid: { depth: 3, width: 2 }, inits: 1, ...fields }).cells[0]!
  const outcomes = { ...EMPTY_TALLY.outcomes, born_dead: bornDead, died_in_training: died, converged: 1000 - bornDead - died }
  const tally = { ...EMPTY_TALLY, trials: 1000, outcomes }
  return cellDocument({ cell, spec, inits: 1000, tally, gaps: 0, digest: null, engines: [] }).stratified
}

it('joins the born dead by theory with the deaths that were counted', () => {
  // b = 5/32 in closed form, r = 80 of 800.
  const joined = stratified(200, 80)!
  expect(joined.estimate).toBeCloseTo(5 / 32 + (27 / 32) * 0.1, 14)
  expect(joined.standardError).toBeCloseTo((27 / 32) * Math.sqrt((0.1 * 0.9) / 800), 14)
  expect([joined.low < joined.estimate!, joined.estimate! < joined.high, joined.level]).toEqual([true, true, 0.95])
})

it('has nothing to say without theory, without training, or where all were born dead', () => {
  expect(stratified(200, 80, { network: { bias: { kind: 'normal', std: 1 } } })).toBeNull()
  expect(stratified(200, 0, { training: { steps: 0 } })).toBeNull()
  expect(stratified(1000, 0)).toBeNull()
})
