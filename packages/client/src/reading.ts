import type { Type } from '@collapsar/schema'
import type { Connection } from './connection.ts'
import { queryText } from './connection.ts'
import { eachOfPages } from './pages.ts'
import { BestOfK, Comparison, Contours, SafeWidth } from './wire/answers.ts'
import type { BestOfKQuery, CompareQuery, ContoursQuery, SafeWidthQuery } from './wire/answers.ts'
import { CellList, CellResource, TrialList, TrialResource } from './wire/cells.ts'
import type { CellsQuery, Trial } from './wire/cells.ts'

/** What is asked is written as in the address: `{ depth: '10..', collapse: '0.005..0.02' }`. */
export interface ReadingClient {
  /** Cells of the whole database, whoever asked for them, page after page as they are asked for. */
  cells(question?: Omit<CellsQuery, 'cursor' | 'format'>): AsyncGenerator<Type.Static<typeof CellList>['cells'][number], void, undefined>
  cell(cell: string): Promise<CellResource>
  /** The records of the counted trials of a cell from `first` on, by index, page after page. */
  trials(cell: string, first?: number): AsyncGenerator<Trial, void, undefined>
  trial(cell: string, index: number): Promise<Type.Static<typeof TrialResource>>
  contours(question: Type.Static<typeof ContoursQuery>): Promise<Type.Static<typeof Contours>>
  safeWidth(question: Type.Static<typeof SafeWidthQuery>): Promise<Type.Static<typeof SafeWidth>>
  bestOfK(question: Type.Static<typeof BestOfKQuery>): Promise<Type.Static<typeof BestOfK>>
  compare(question: Type.Static<typeof CompareQuery>): Promise<Type.Static<typeof Comparison>>
}

/** The most trials of a page. */
const TRIALS_OF_PAGE = 10_000

export function readingClient({ json }: Pick<Connection, 'json'>): ReadingClient {
  const get = <T extends Type.TSchema>(schema: T, path: string, question: Readonly<Record<string, string | number | undefined>> = {}) =>
    json(schema, { method: 'GET', path: `v1/${path}${queryText(question)}` })
  return {
    cells: (question = {}) =>
      eachOfPages(async (cursor) => {
        const { cells, next } = await get(CellList, 'surface', { ...question, ...(cursor !== null && { cursor }) })
        return { entries: cells, next }
      }),
    cell: (cell) => get(CellResource, cellPath(cell)),
    trials: (cell, first = 0) =>
      eachOfPages(async (cursor) => {
        const { trials, next } = await get(TrialList, cellPath(cell, '/trials'), { from: cursor ?? first, limit: TRIALS_OF_PAGE })
        return { entries: trials, next: next === null ? null : String(next) }
      }),
    trial: (cell, index) => get(TrialResource, cellPath(cell, `/trials/${index}`)),
    contours: (question) => get(Contours, 'contours', question),
    safeWidth: (question) => get(SafeWidth, 'safe-width', question),
    bestOfK: (question) => get(BestOfK, 'best-of-k', question),
    compare: (question) => get(Comparison, 'compare', question),
  }
}

function cellPath(cell: string, rest = ''): string {
  return `cells/${encodeURIComponent(cell)}${rest}`
}
