import { checkOpenUnit } from '../counts.ts'
import { checkPaired, pairedDifference } from './paired-difference.ts'
import type { PairedCounts, PairedDifference } from './paired-difference.ts'
import { comparePaired } from './paired.ts'
import type { PairedComparison } from './paired.ts'

/** One cell of a map, under both settings. */
export interface MapComparison extends PairedComparison {
  /** The fixed-n p value times the number of cells, at most 1 (Bonferroni). */
  readonly adjustedPValue: number
  /** At the level that holds for all cells together. */
  readonly difference: PairedDifference
  /** The settings differ in this cell: evidence of at least (number of cells) / (1 - level). */
  readonly differs: boolean
}

/**
 * Compares two settings cell by cell over a map, so that all claims hold together with probability at least `level`,
 * however often one looks. By the union bound alone, each of m cells at 1 - (1 - level) / m: cells of equal shape share
 * their initial networks, so nothing that supposes independence would do.
 *
 * @param cells [cell], in any order, which the answer keeps
 * @throws RangeError on impossible counts, or a level outside (0, 1).
 */
export function comparePairedMap(cells: readonly PairedCounts[], level = 0.95): readonly MapComparison[] {
  checkOpenUnit('level', level)
  const alpha = (1 - level) / cells.length
  return cells.map((cell) => {
    checkPaired(cell)
    const comparison = comparePaired(cell)
    return {
      ...comparison,
      adjustedPValue: Math.min(1, cells.length * comparison.pValue),
      difference: pairedDifference(cell, 1 - alpha),
      differs: comparison.logEvidence >= -Math.log(alpha),
    }
  })
}
