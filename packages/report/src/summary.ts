import { createHash } from 'node:crypto'
import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { countText, percent } from './percent.ts'
import { printable } from './text.ts'

/** The sweep's name, or its id where it has none. */
export function titleOf(document: SweepDocument): string {
  const name = printable(document.sweep.name).trim()
  return name === '' ? printable(document.sweep.id) : name
}

/** Sum of one count over all cells. */
export function total(document: SweepDocument, count: (cell: CellDocument) => number): number {
  return document.cells.reduce((sum, cell) => sum + count(cell), 0)
}

/**
 * The first 12 hex digits of the SHA-256 over the lines `<cell id> <trials counted> <cell digest or ->`, each
 * ended by a line feed, in the order of the document. Equal figures show equal digests; one differing bit of
 * one trial, another cell or another number of trials gives another.
 */
export function figureDigest({ cells }: Pick<SweepDocument, 'cells'>): string {
  const hash = createHash('sha256')
  for (const { cell, trials, digest } of cells) hash.update(`${cell} ${trials} ${digest ?? '-'}\n`)
  return hash.digest('hex').slice(0, 12)
}

/** How far the sweep is: `50,000 trials`, or `12,300 of 50,000 trials counted, 300 lost`. */
export function trialsText(document: SweepDocument): string {
  const counted = total(document, (cell) => cell.trials)
  const asked = total(document, (cell) => cell.inits)
  const lost = total(document, (cell) => cell.gaps)
  const of = counted === asked ? '' : ` of ${countText(asked)}`
  const progress = `${countText(counted)}${of} trials${of === '' ? '' : ' counted'}`
  return lost === 0 ? progress : `${progress}, ${countText(lost)} lost`
}

/** Initializations asked for in each cell: `1,000`, or `100 to 1,000` where cells differ. */
export function initsText(document: SweepDocument): string {
  return rangeText(document.cells.map((cell) => cell.inits))
}

function rangeText(values: readonly number[]): string {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity)
  const most = values.reduce((a, b) => Math.max(a, b), 0)
  return least >= most ? countText(most) : `${countText(least)} to ${countText(most)}`
}

/** What an adaptive sweep decides and how far it is; empty for others. */
export function untilText({ sweep, cells }: SweepDocument): string {
  if (sweep.until === undefined) return ''
  const { decide, confidence, rounds, decided } = sweep.until
  const levels = decide.map((level) => `${percent(level)}%`).join(', ')
  return `deciding ${levels} at ${Number((100 * confidence).toFixed(6))}%: ${decided} of ${cells.length} cells decided after ${rounds === 0 ? 'the first round' : `${rounds} further ${rounds === 1 ? 'round' : 'rounds'}`}`
}

/** The setting, as far as the document tells: `ieee-f32/1 on cpu`. */
export function arithmeticText(document: SweepDocument): string {
  const numerics = listed(document.cells.map((cell) => cell.numerics))
  const engines = listed(document.cells.map((cell) => cell.engine))
  return engines === '' ? numerics : `${numerics} on ${engines}`
}

const METHOD_WORDS: Readonly<Record<string, string>> = {
  'confidence-sequence': 'confidence sequence (valid however often one looks)',
  'clopper-pearson': 'Clopper-Pearson interval (for a number of trials fixed beforehand)',
  'wilson': 'Wilson interval (for a number of trials fixed beforehand)',
  'jeffreys': 'Jeffreys interval (for a number of trials fixed beforehand)',
}

/** `95% confidence sequence (valid however often one looks)`; every method in use where cells differ. */
export function intervalMethodText(document: SweepDocument): string {
  return listed(
    document.cells.map(({ collapse }) => {
      const level = Number((100 * collapse.level).toFixed(6))
      return `${level}% ${METHOD_WORDS[collapse.method] ?? collapse.method}`
    }),
  )
}

function listed(values: readonly (string | null)[]): string {
  return [...new Set(values.filter((value) => value !== null))].map(printable).join(' and ')
}
