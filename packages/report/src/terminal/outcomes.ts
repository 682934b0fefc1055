import type { SweepDocument } from '@collapsar/sweep'
import { COLLAPSED, OUTCOMES } from '@collapsar/trial'
import type { Outcome } from '@collapsar/trial'
import { OUTCOME_WORDS } from '../outcome-words.ts'
import { countText, percent } from '../percent.ts'
import { total } from '../summary.ts'
import type { Paint } from './paint.ts'

interface Row {
  readonly name: string
  readonly count: number
}

/** How all counted trials of the sweep ended, in counts and shares; trials that were lost stand apart. */
export function outcomeLines(document: SweepDocument, paint: Paint): string[] {
  const counted = total(document, (cell) => cell.trials)
  if (counted === 0) return []
  const rows = outcomeRows(document)
  const name = Math.max(...rows.map((row) => row.name.length))
  const count = Math.max(...rows.map((row) => countText(row.count).length))
  return [
    paint.bold(`How the ${countText(counted)} trials ended`),
    ...rows.map((row) => {
      const share = row.count === 0 ? '' : `${percent(row.count / counted)}%`.padStart(9)
      return `  ${row.name.padEnd(name)}  ${countText(row.count).padStart(count)}${paint.dim(share)}`
    }),
  ]
}

/** Collapse and its kinds, then the other outcomes that occurred. */
function outcomeRows(document: SweepDocument): Row[] {
  const count = (outcome: Outcome): number => total(document, (cell) => cell.outcomes[outcome])
  const row = (outcome: Outcome): Row => ({ name: OUTCOME_WORDS[outcome], count: count(outcome) })
  const collapsed = COLLAPSED.map(row).map(({ name, count }) => ({ name: `  ${name}`, count }))
  const others = OUTCOMES.filter((outcome) => !COLLAPSED.includes(outcome)).map(row)
  return [
    { name: 'collapsed', count: collapsed.reduce((sum, { count }) => sum + count, 0) },
    ...collapsed,
    ...others.filter(({ count }) => count > 0),
  ]
}
