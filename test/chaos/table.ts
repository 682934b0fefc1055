import type { Findings, Scenario } from './scenario.ts'

export interface Row {
  readonly scenario: Pick<Scenario, 'id' | 'fault' | 'promise'>
  /** null: the promise was broken. */
  readonly findings: Findings | null
  readonly seconds: number
}

const HEADER = ['id', 'fault', 'promise', 'struck', 'redelivered', 'duplicates', 'time over calm', 'seconds', 'verdict', 'measured', 'remarks']

/** The table as Markdown, a row a scenario. @param measured in which form and when */
export function tableOf(rows: readonly Row[], measured: string): string {
  return [...HEAD, ...rows.map((row) => lineOf(cellsOf(row, measured)))].join('\n')
}

const HEAD = [lineOf(HEADER), lineOf(HEADER.map(() => '---'))]

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function cellsOf({ scenario, findings, seconds }: Row, measured: string): string[] {
  const { struck = null, redeliveries = null, duplicates = null, overCalm = null, note = '' } = findings ?? {}
  return [
    scenario.id,
    scenario.fault,
    scenario.promise,
    shown(struck),
    shown(redeliveries),
    shown(duplicates),
    overCalm === null ? '' : overCalm.toFixed(2),
    seconds.toFixed(0),
    findings === null ? 'BROKEN' : 'kept',
    measured,
    note,
  ]
}

function shown(count: number | null): string {
  return count === null ? '' : String(count)
}

const BEGIN = '<!-- chaos: begin -->'
const END = '<!-- chaos: end -->'

/**
 * Puts the rows of a table between the markers of a document, in place of those of the same ids; the other rows there stay.
 * @param order every id, in the order of the table
 * @throws RangeError when the document has no markers
 */
export function withTable(document: string, table: string, order: readonly string[]): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new RangeError(`the document has no place for the table: no ${BEGIN} before ${END}`)
  const lines = new Map([...rowsOf(document.slice(begin, end)), ...rowsOf(table)])
  const rows = order.flatMap((id) => lines.get(id) ?? [])
  return `${document.slice(0, begin + BEGIN.length)}\n${[...HEAD, ...rows].join('\n')}\n${document.slice(end)}`
}

/** Lines of a table by their first cell. */
function rowsOf(text: string): [id: string, line: string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const id = /^\| ([A-Z]\d+) \|/.exec(line)?.[1]
    return id === undefined ? [] : [[id, line]]
  })
}
