import { SETTING_NAMES, SETTINGS } from '@collapsar/sweep'
import type { CellDocument, Setting } from '@collapsar/sweep'
import { axisValue } from './axis-labels.ts'
import { cellColumns, snakeCase } from './columns.ts'
import type { Column } from './columns.ts'

/**
 * Cells of many settings as flat columns: those of a sweep's table, and one for every setting, `axis_<name>` as a swept parameter has, whatever
 * the cells are (the numerics has a column anyway). The settings stand in `axes`; empty where a cell has none of it.
 */
export function foundCellColumns(cells: readonly CellDocument[]): Column[] {
  const labels = SETTING_NAMES.filter((name) => name !== 'numerics').map((name) => settingColumn(name, cells))
  return cellColumns(cells, labels)
}

function settingColumn(name: (typeof SETTING_NAMES)[number], cells: readonly CellDocument[]): Column {
  const { type }: Setting = SETTINGS[name]
  const values = cells.map(({ axes = {} }) => axes[name] ?? null)
  const column = `axis_${snakeCase(name)}`
  return type === 'number'
    ? { name: column, type: 'double', values: values.map((value) => (typeof value === 'number' ? value : null)) }
    : { name: column, type: 'string', values: values.map((value) => (value === null ? null : axisValue(value))) }
}
