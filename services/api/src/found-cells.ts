import type { CellFilter, CellPosition, FoundCell, Store } from '@collapsar/store'
import { CollapsarError, collapseEstimate, describeCells } from '@collapsar/sweep'
import type { CellDocument } from '@collapsar/sweep'
import { settingLabels } from './cell-filter.ts'

/** Cells that one statement reads: some milliseconds and a few megabytes. */
const PAGE_CELLS = 500

/** Cells whose intervals one request looks at before it gives back what it has, with a cursor to go on. */
const MOST_LOOKED_AT = 10_000

export interface CellsQuestion {
  readonly filter: CellFilter
  /** Whether the whole interval must lie in the filter's range of collapse. */
  readonly shown: boolean
}

export interface FoundPage {
  readonly cells: readonly FoundCell[]
  /** Where to go on; null at the end. */
  readonly next: CellPosition | null
}

/**
 * One page. What the interval decides is decided here, because the database knows estimates alone: a page may be shorter than asked and
 * have a next one all the same.
 */
export async function foundPage(
  store: Pick<Store, 'findCells'>,
  { filter, shown }: CellsQuestion,
  page: { readonly limit: number; readonly after: CellPosition | null },
): Promise<FoundPage> {
  const cells: FoundCell[] = []
  let { after } = page
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE_CELLS) {
    const limit = shown ? PAGE_CELLS : page.limit + 1
    const found = await store.findCells(filter, { limit, after })
    for (const cell of found) {
      if (cells.length === page.limit) return { cells, next: after }
      if (!shown || isShown(cell, filter)) cells.push(cell)
      after = cell.position
    }
    if (found.length < limit) return { cells, next: null }
  }
  return { cells, next: after }
}

/** Whether the anytime-valid interval lies in the range. */
function isShown(cell: FoundCell, { collapse }: CellFilter): boolean {
  const { low, high } = collapseEstimate(cell)
  return collapse === undefined || (collapse.low <= low && high <= collapse.high)
}

/** All of them, page by page, described; the first page is there even when it is empty. */
export async function* describedPages(store: Pick<Store, 'findCells'>, question: CellsQuestion): AsyncGenerator<readonly CellDocument[]> {
  let after: CellPosition | null = null
  do {
    const { cells, next }: FoundPage = await foundPage(store, question, { limit: PAGE_CELLS, after })
    yield await describeFound(cells)
    after = next
  } while (after !== null)
}

export function describeFound(cells: readonly FoundCell[]): Promise<readonly CellDocument[]> {
  return describeCells(cells, settingLabels(cells))
}

/** All at once, where they are looked at together. @throws CollapsarError `too-large` beyond `most` */
export async function foundAtOnce(store: Pick<Store, 'findCells'>, filter: CellFilter, most: number): Promise<readonly FoundCell[]> {
  const found = await store.findCells(filter, { limit: most + 1, after: null })
  if (found.length <= most) return found
  throw new CollapsarError('too-large', `More than ${most} cells have this setting; accepted: at most ${most}, so narrow depth or width.`)
}
