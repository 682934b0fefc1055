import type { BornDeadTheory, CellDocument } from '@collapsar/sweep'
import { decimalsOf, percent } from './percent.ts'

/** More would say nothing beside a measured share. */
const EXACT_DECIMALS = 4

/** Share of the counted trials that were dead at initialization; null where nothing has been counted. */
export function bornDeadShare(cell: CellDocument): number | null {
  return cell.trials === 0 ? null : cell.outcomes.born_dead / cell.trials
}

/**
 * The value of the theory: the closed form, else the simulation; null where only bounds, or nothing, is known.
 */
export function bornDeadValue(theory: BornDeadTheory): number | null {
  return theory.exact ?? theory.simulated?.estimate ?? null
}

/**
 * What theory says, in percent, the best of what is known: `=50.0` a closed form, `≈88.0` a simulation,
 * `6.4–24.9` proved bounds, `≤8.8` and `≥6.4` one of them; empty where no theorem applies.
 */
export function bornDeadTheoryText(theory: BornDeadTheory): string {
  if (theory.exact !== null) return `=${percent(theory.exact, Math.min(EXACT_DECIMALS, decimalsOf(theory.exact)))}`
  if (theory.simulated !== null) return `≈${simulatedText(theory.simulated)}`
  return boundsText(theory.lower, theory.upper)
}

/** No digit below the standard error. */
function simulatedText({ estimate, standardError }: NonNullable<BornDeadTheory['simulated']>): string {
  const known = standardError > 0 ? Math.max(1, -Math.floor(Math.log10(100 * standardError))) : EXACT_DECIMALS
  return percent(estimate, Math.min(known, decimalsOf(estimate)))
}

function boundsText(lower: number | null, upper: number | null): string {
  if (lower === null) return upper === null ? '' : `≤${percent(upper)}`
  if (upper === null) return `≥${percent(lower)}`
  const decimals = Math.min(EXACT_DECIMALS, Math.max(decimalsOf(lower), decimalsOf(upper)))
  return `${percent(lower, decimals)}–${percent(upper, decimals)}`
}
