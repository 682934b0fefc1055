import { prepareBornDeadTheory } from './born-dead-theory.ts'
import type { Histogram } from './histogram.ts'
import { cellDocument } from './surface.ts'
import type { CellCounts, CellDocument } from './surface.ts'
import type { Tally } from './tally.ts'

/** Cells that are remembered, those asked for last: two maps of 1,600 with room to spare, at most some tens of megabytes. */
const MOST_CELLS = 4000

interface Described {
  readonly counts: CellCounts
  readonly document: CellDocument
}

/** By cell, what is asked of it and its labels; those used last at the end. */
const described = new Map<string, Described>()

/**
 * The documents of cells, [cell] as given. A document follows from the counts, and takes a quarter of a millisecond of interval bounds and
 * quantiles: a cell that still counts what it did gives the same object again, so that a map costs what has changed of it.
 * @param labels that tell the cells apart, [cell]
 */
export async function cellDocuments(
  cells: readonly CellCounts[],
  labels: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly CellDocument[]> {
  const keys = cells.map(({ cell, inits }, place) => `${cell} ${inits} ${JSON.stringify(labels[place] ?? {})}`)
  const kept = cells.map((counts, place) => keptDocument(keys[place] ?? '', counts))
  await prepareBornDeadTheory(cells.filter((_, place) => kept[place] === null).map(({ spec }) => spec))
  const documents = cells.map((counts, place) => kept[place] ?? cellDocument(counts, labels[place]))
  for (const [place, counts] of cells.entries()) keep(keys[place] ?? '', { counts, document: documents[place] as CellDocument })
  return documents
}

function keptDocument(key: string, counts: CellCounts): CellDocument | null {
  const last = described.get(key)
  return last !== undefined && countTheSame(last.counts, counts) ? last.document : null
}

function keep(key: string, one: Described): void {
  described.delete(key)
  described.set(key, one)
  if (described.size <= MOST_CELLS) return
  const [oldest] = described.keys()
  if (oldest !== undefined) described.delete(oldest)
}

/** Of one cell, whose id stands for its description. */
function countTheSame(a: CellCounts, b: CellCounts): boolean {
  if (a.gaps !== b.gaps || a.digest !== b.digest || !sameTallies(a.tally, b.tally)) return false
  const versions = b.engines.map(({ id, version }) => `${id} ${version}`)
  return a.engines.length === versions.length && a.engines.every(({ id, version }, i) => `${id} ${version}` === versions[i])
}

function sameTallies(a: Tally, b: Tally): boolean {
  if (a.trials !== b.trials || a.piecesSum !== b.piecesSum || a.bestLoss !== b.bestLoss) return false
  const outcomes = Object.keys(a.outcomes) as (keyof Tally['outcomes'])[]
  return outcomes.every((outcome) => a.outcomes[outcome] === b.outcomes[outcome]) && sameHistograms(a.pieces, b.pieces) && sameHistograms(a.losses, b.losses)
}

function sameHistograms(a: Histogram, b: Histogram): boolean {
  return sameNumbers(a.bins, b.bins) && sameNumbers(a.counts, b.counts)
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}
