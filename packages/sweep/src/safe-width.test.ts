import { expect, it } from 'vitest'
import { safeWidthDocument } from './safe-width.ts'
import type { CellCounts } from './surface.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'

/** So many trials of a width, of which some died. */
function counts(width: number, trials: number, collapsed: number, more: { gaps?: number; depth?: number } = {}): CellCounts {
  const { cell, spec } = parseSweep({ grid: { depth: more.depth ?? 10, width }, inits: 1 }).cells[0]!
  const outcomes = { ...EMPTY_TALLY.outcomes, died_in_training: collapsed, converged: trials - collapsed }
  return { cell, spec, inits: trials, tally: { ...EMPTY_TALLY, trials, outcomes }, gaps: more.gaps ?? 0, digest: null, engines: [] }
}

it('goes from wide to narrow and stops at the first width that is not shown safe', () => {
  // 0 of 377 is the least number that shows P < 1% at 95% (beta-binomial mixture); 377 safe, 376 not yet.
  const document = safeWidthDocument([counts(8, 376, 0), counts(16, 377, 0), counts(4, 9000, 0)], { below: 0.01 })
  expect(document).toMatchObject({ depth: 10, width: 16, confidence: 0.95, missing: { width: 8, toward: 'safe', trials: 1 } })
  expect(document.evidence.map(({ width, verdict }) => [width, verdict])).toEqual([[16, 'safe'], [8, 'undecided']])
  expect(document.evidence[0]!.cell).toBe(counts(16, 1, 0).cell)
})

it('counts lost trials as collapsed before it says safe', () => {
  expect(safeWidthDocument([counts(8, 377, 0)], { below: 0.01 }).width).toBe(8)
  const document = safeWidthDocument([counts(8, 377, 0, { gaps: 100 })], { below: 0.01 })
  expect(document).toMatchObject({ width: null, evidence: [{ gaps: 100, verdict: 'undecided' }] })
})

it('refuses cells of several depths, and impossible levels', () => {
  expect(() => safeWidthDocument([counts(8, 1, 0), counts(9, 1, 0, { depth: 3 })], { below: 0.1 })).toThrow('of the depths 10, 3')
  expect(() => safeWidthDocument([counts(8, 1, 0)], { below: 1 })).toThrow(RangeError)
  expect(() => safeWidthDocument([], { below: 0.1 })).toThrow(RangeError)
})
