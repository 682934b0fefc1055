import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { FORM } from './form.ts'
import { isMet } from './measurement.ts'
import type { Figure } from './measurement.ts'

export interface Row {
  readonly id: string
  readonly figure: Figure
}

const HEADER = ['id', 'what', 'measured', 'goal', 'verdict']

/** As Markdown, a row a figure. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEADER, HEADER.map(() => '---'), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf({ id, figure }: Row): string[] {
  const { what, value, unit, goal } = figure
  const verdict = goal === null ? '' : isMet(figure) ? 'met' : 'MISSED'
  return [id, what, `${shown(value)} ${unit}`.trim(), goal === null ? '' : goalText(goal, unit), verdict]
}

function goalText(goal: NonNullable<Figure['goal']>, unit: string): string {
  return ('below' in goal ? `< ${shown(goal.below)} ${unit}` : `> ${shown(goal.above)} ${unit}`).trim()
}

function shown(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(3)
}

/** What the figures were measured on. */
export function circumstances(): string {
  const [first] = cpus()
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  const day = new Date().toISOString().slice(0, 10)
  const load = (loadavg()[0] ?? 0).toFixed(1)
  return `\`npm run load\`, ${FORM} form, ${day}, ${cpus().length} x ${first?.model ?? 'unknown processor'}, ${memory} GiB, Node ${process.version}, load average ${load} at the end.`
}

const BEGIN = '<!-- load: begin -->'
const END = '<!-- load: end -->'

/** Puts the text between the markers of a document. @throws RangeError when it has none */
export function writeBetweenMarkers(path: string, text: string): void {
  const document = readFileSync(path, 'utf8')
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new RangeError(`${path} has no place for the table: no ${BEGIN} before ${END}`)
  writeFileSync(path, `${document.slice(0, begin + BEGIN.length)}\n${text}\n${document.slice(end)}`)
}
