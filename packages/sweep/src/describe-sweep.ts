import { cellDocuments } from './described-cells.ts'
import { untilNow } from './extension.ts'
import type { Extension } from './extension.ts'
import { decidedCells } from './rounds.ts'
import type { CellCounts, CellDocument, SweepDocument, UntilDocument } from './surface.ts'
import { settingWords } from './setting-words.ts'
import { parseSweep } from './sweep.ts'

/** What is known of a sweep apart from its counts. */
export interface SweepFacts {
  readonly id: string
  readonly name: string
  readonly state: string
  /** The sweep file as it was submitted. */
  readonly source: unknown
  readonly createdAt: Date
  readonly finishedAt: Date | null
  /** Trials that existed when the sweep was created. */
  readonly reused: number
  /** Decisions so far that made its goals grow; absent or 0 where it has none. */
  readonly rounds?: number
  /** What is asked of it since it was extended: the document tells the bounds that hold. */
  readonly extension?: Extension | null
}

/**
 * The document that `run --json` and `surface` print.
 * @param cells what the sweep reads of each cell, in the sweep's order
 * @param now ends the duration of a sweep that is not finished
 */
export async function describeSweep(sweep: SweepFacts, cells: readonly CellCounts[], now: Date): Promise<SweepDocument> {
  const documents = await describeCells(cells, axisLabels(sweep.source))
  return {
    sweep: {
      id: sweep.id,
      name: sweep.name,
      state: sweep.state,
      setting: settingWords(cells.map((cell) => cell.spec)),
      trials: documents.reduce((sum, cell) => sum + cell.trials, 0),
      reused: sweep.reused,
      ...untilDocument(sweep, cells),
      seconds: ((sweep.finishedAt ?? now).getTime() - sweep.createdAt.getTime()) / 1000,
    },
    cells: documents,
  }
}

/** Cells of no sweep, with the labels that tell them apart, [cell]. */
export function describeCells(
  cells: readonly CellCounts[],
  labels: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly CellDocument[]> {
  return cellDocuments(cells, labels)
}

function untilDocument(sweep: SweepFacts, cells: readonly CellCounts[]): { until?: UntilDocument } {
  const until = untilNow(sweep)
  if (until === null) return {}
  return { until: { ...until, rounds: sweep.rounds ?? 0, decided: decidedCells(cells, until) } }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The values of `axes` at each cell, in order. Labels are no part of a cell, so they are read from the file again. */
function axisLabels(source: unknown): readonly Readonly<Record<string, unknown>>[] {
  const swept = isObject(source) && 'axes' in source
  return swept ? parseSweep(source).cells.map((cell) => cell.axes) : []
}
