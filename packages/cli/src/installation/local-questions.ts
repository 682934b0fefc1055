import { auditResource, withdrawalResource } from '@collapsar/client'
import type { Backends } from '@collapsar/standalone'
import { answeringBestOf, cellBestOf, comparablePairs, compareSweeps, labelCells, safeWidthDocument, safeWidthOfSetting } from '@collapsar/sweep'
import type { BestOfCell, LabelledCell } from '@collapsar/sweep'
import { noCell, requireSweep } from '../require-sweep.ts'
import type { BestOfQuestion, Questions } from './questions.ts'

type Store = Backends['store']

/** Answered by the database itself, in the words of the HTTP interface. */
export function localQuestions(store: Store): Questions {
  return {
    bestOf: async (question) => {
      const cells: BestOfCell[] = []
      for (const { counts, axes } of answeringBestOf(await chosenCells(store, question))) {
        cells.push(await cellBestOf(store, counts, { axes, ...(question.starts !== null && { starts: question.starts }) }))
      }
      return { sweep: question.sweep, cells }
    },
    compare: async (sweeps, event) => {
      const [first = [], second = []] = await Promise.all(sweeps.map((id) => cellsOf(store, id)))
      return compareSweeps(store, comparablePairs(first, second), event)
    },
    safeWidth: async ({ depth, cells, ...question }) => {
      const advice = 'run a sweep of it, or name a setting with --file'
      if (cells === null) return safeWidthOfSetting(store, { depth, texts: {}, advice }, question)
      return safeWidthDocument(await store.cellCounts(cells), question)
    },
    audits: async (limit) => {
      const [audits, withdrawals] = await Promise.all([store.audits(limit), store.withdrawals(limit)])
      return { audits: audits.map(auditResource), withdrawals: withdrawals.map(withdrawalResource) }
    },
    trialRecord: async (cell, trial) => (await store.trial(cell, trial))?.record ?? null,
  }
}

async function cellsOf(store: Store, id: string): Promise<readonly LabelledCell[]> {
  const { source } = await requireSweep(store, id)
  return labelCells(source, await store.sweepCells(id))
}

async function chosenCells(store: Store, { sweep, depth, width }: BestOfQuestion): Promise<readonly LabelledCell[]> {
  const cells = await cellsOf(store, sweep)
  const chosen = cells.filter(({ counts: { spec } }) => (depth === null || spec.depth === depth) && (width === null || spec.width === width))
  if (chosen.length > 0) return chosen
  throw noCell(sweep, depth, width)
}
