import type { Client } from '@collapsar/client'
import { CollapsarError, documentedRecord, EMPTY_TALLY, safeWidthDocument } from '@collapsar/sweep'
import type { CellCounts, GridCell } from '@collapsar/sweep'
import type { Questions } from './questions.ts'

/** Answered by a server. */
export function remoteQuestions(client: Client): Questions {
  return {
    bestOf: async ({ sweep, depth, width, starts }) => {
      const shape = { ...(depth !== null && { depth: String(depth) }), ...(width !== null && { width: String(width) }) }
      const { cells } = await client.bestOfK({ sweep, ...shape, ...(starts !== null && { starts: starts.join(',') }) })
      return { sweep, cells }
    },
    compare: async ([a, b], event) => (await client.compare({ a, b, event })).pairs,
    safeWidth: async ({ depth, cells, below, confidence }) => {
      if (cells === null) return client.safeWidth({ depth: String(depth), below: String(below), confidence: String(confidence) })
      const counts: CellCounts[] = []
      for (const cell of cells) counts.push(await countsOf(client, cell))
      return safeWidthDocument(counts, { below, confidence })
    },
    audits: (limit) => client.audits(limit),
    trialRecord: async (cell, trial) => {
      const document = await found(client.trial(cell, trial))
      return document === null ? null : documentedRecord(document)
    },
  }
}

/** A cell that nobody has asked for has no trials. What a width is judged by is its trials, the collapsed among them, and those lost. */
async function countsOf(client: Client, { cell, spec }: GridCell): Promise<CellCounts> {
  const resource = await found(client.cell(cell))
  const { digest = null, gaps = 0, inits = 0, outcomes = EMPTY_TALLY.outcomes, trials = 0 } = resource?.counts ?? {}
  return { cell, spec, inits, tally: { ...EMPTY_TALLY, trials, outcomes }, gaps, digest, engines: [] }
}

/** null where the server says that there is none. */
async function found<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof CollapsarError && error.code === 'not-found') return null
    throw error
  })
}
