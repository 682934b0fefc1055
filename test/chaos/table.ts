import { readFileSync, writeFileSync } from 'node:fs'
import type { Findings, Scenario } from './scenario.ts'

export interface Row {
  readonly scenario: Pick<Scenario, 'id' | 'fault' | 'promise'>
  /** null: the promise was broken. */
  readonly findings: Findings | null
  readonly seconds: number
}

const HEADER = ['id', 'fault', 'promise', 'struck', 'redelivered', 'duplicates', 'time over calm', 'seconds', 'verdict', 'remarks']

/** The table as Markdown, a row a scenario. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEADER, HEADER.map(() => '---'), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf({ scenario, findings, seconds }: Row): string[] {
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
    note,
  ]
}

function shown(count: number | null): string {
  return count === null ? '' : String(count)
}

const BEGIN = '<!-- chaos: begin -->'
const END = '<!-- chaos: end -->'

/** Puts the text between the markers of a document. @throws RangeError when it has none */
export function writeBetweenMarkers(path: string, text: string): void {
  const document = readFileSync(path, 'utf8')
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new RangeError(`${path} has no place for the table: no ${BEGIN} before ${END}`)
  writeFileSync(path, `${document.slice(0, begin + BEGIN.length)}\n${text}\n${document.slice(end)}`)
}
