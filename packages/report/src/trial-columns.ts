import { DEATH_CHECK_STEPS } from '@collapsar/sweep'
import type { CellTrials } from '@collapsar/sweep'
import { OUTCOMES } from '@collapsar/trial'
import type { Column } from './columns.ts'

/** Which cell trials are of, where a table has those of several. */
export interface TrialsOf {
  readonly cell: string
  readonly depth: number
  readonly width: number
}

/**
 * Records of trials as flat columns. Death came in steps (`alive_step`, `dead_step`]; both are 0 without a certified one. Loss and value
 * are none where the training diverged.
 * @param of the cell, where the table has several; null leaves its columns out
 */
export function trialColumns({ trials, columns }: CellTrials, of: TrialsOf | null): Column[] {
  const { outcome, deadLayer, deathCheck, loss, value, pieces, checksum } = columns
  return [
    ...(of === null ? [] : cellColumns(of, trials.length)),
    { name: 'trial', type: 'int32', values: [...trials] },
    { name: 'outcome', type: 'string', values: Array.from(outcome, (code) => OUTCOMES[code] ?? null) },
    { name: 'dead_layer', type: 'int32', values: [...deadLayer] },
    { name: 'alive_step', type: 'int32', values: Array.from(deathCheck, (check) => DEATH_CHECK_STEPS * Math.max(0, check - 1)) },
    { name: 'dead_step', type: 'int32', values: Array.from(deathCheck, (check) => DEATH_CHECK_STEPS * check) },
    { name: 'loss', type: 'float', values: Array.from(loss, finite) },
    { name: 'value', type: 'float', values: Array.from(value, finite) },
    { name: 'pieces', type: 'uint32', values: [...pieces] },
    { name: 'checksum', type: 'uint32', values: [...checksum] },
  ]
}

function cellColumns({ cell, depth, width }: TrialsOf, rows: number): Column[] {
  return [
    { name: 'cell', type: 'string', values: Array<string>(rows).fill(cell) },
    { name: 'depth', type: 'int32', values: Array<number>(rows).fill(depth) },
    { name: 'width', type: 'int32', values: Array<number>(rows).fill(width) },
  ]
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
