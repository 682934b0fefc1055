import { expect, it } from 'vitest'
import { cellDocuments } from './described-cells.ts'
import { cellDocument } from './surface.ts'
import type { CellCounts } from './surface.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'
import type { Tally } from './tally.ts'

const TALLY: Tally = {
  ...EMPTY_TALLY,
  trials: 100,
  outcomes: { ...EMPTY_TALLY.outcomes, born_dead: 20, unfinished: 80 },
  piecesSum: 180,
  pieces: { bins: [1, 2], counts: [20, 80] },
  losses: { bins: [4000], counts: [100] },
  bestLoss: 0.25,
}

function counts(seed: number, changes: Partial<CellCounts> = {}): CellCounts {
  const [only] = parseSweep({ grid: { depth: 4, width: 2 }, inits: 1000, seed, training: { steps: 0 } }).cells
  return { ...only!, tally: TALLY, gaps: 0, digest: null, engines: [{ id: 'cpu', version: '1' }], ...changes }
}

it('describes a cell once as long as it counts the same', async () => {
  const [first] = await cellDocuments([counts(1)], [])
  const [again] = await cellDocuments([structuredClone(counts(1))], [])
  expect(again).toBe(first)
  expect(first).toEqual(cellDocument(counts(1)))
})

it('describes it anew whatever changes, and for other labels', async () => {
  const outcomes = { ...TALLY.outcomes, born_dead: 21, unfinished: 79 }
  const changes: Partial<CellCounts>[] = [
    {},
    { inits: 2000 },
    { gaps: 100 },
    { digest: 'ab' },
    { engines: [{ id: 'cpu', version: '2' }] },
    { engines: [] },
    { tally: { ...TALLY, trials: 200 } },
    { tally: { ...TALLY, outcomes } },
    { tally: { ...TALLY, piecesSum: 181 } },
    { tally: { ...TALLY, pieces: { bins: [1, 3], counts: [20, 80] } } },
    { tally: { ...TALLY, losses: { bins: [4000, 4001], counts: [99, 1] } } },
    { tally: { ...TALLY, bestLoss: 0.125 } },
  ]
  for (const change of changes) expect(await cellDocuments([counts(2, change)], [])).toEqual([cellDocument(counts(2, change))])
  const both = await cellDocuments([counts(2), counts(2)], [{ 'training.batch': 1 }, { 'training.batch': 2 }])
  expect(both.map(({ axes }) => axes)).toEqual([{ 'training.batch': 1 }, { 'training.batch': 2 }])
})
