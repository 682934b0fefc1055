import { cpus, loadavg, totalmem } from 'node:os'
import type { MeasuredTable } from '../support/measured-table.ts'
import { FORM } from './form.ts'
import { isMet } from './measurement.ts'
import type { Figure } from './measurement.ts'

export interface Row {
  readonly id: string
  readonly figure: Figure
}

export function loadTable(order: readonly string[]): MeasuredTable {
  return { name: 'load', header: ['id', 'what', 'measured', 'goal', 'verdict', 'when'], order }
}

/** A row of the table. */
export function cellsOf({ id, figure }: Row): string[] {
  const { what, value, unit, goal } = figure
  const verdict = goal === null ? '' : isMet(figure) ? 'met' : 'MISSED'
  return [id, what, `${shown(value)} ${unit}`.trim(), goal === null ? '' : goalText(goal, unit), verdict, when()]
}

function goalText(goal: NonNullable<Figure['goal']>, unit: string): string {
  return ('below' in goal ? `< ${shown(goal.below)} ${unit}` : `> ${shown(goal.above)} ${unit}`).trim()
}

function shown(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(3)
}

/** The form, the day, and how busy the machine was in the last minute. */
function when(): string {
  return `${FORM}, ${new Date().toISOString().slice(0, 10)}, load ${(loadavg()[0] ?? 0).toFixed(1)}`
}

/** What the figures were measured on. */
export function circumstances(): string {
  const [first] = cpus()
  return `${cpus().length} x ${first?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`
}
