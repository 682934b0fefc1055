import { placeText } from './cell-map.ts'
import type { CellMap } from './cell-map.ts'
import { alarmsOf } from './overlay.ts'
import type { Overlay } from './overlay.ts'
import { countText } from './percent.ts'

/** Alarms told one by one before the rest is summed up. */
const TOLD = 8

/**
 * The alarms in words: how many, then each with the place of its cell, in the order of the maps; nothing without
 * any. An alarm of a cell that no map shows is told by the cell's id.
 */
export function alarmLines(maps: readonly CellMap[], overlay: Overlay): string[] {
  const { alarms = [] } = overlay
  if (alarms.length === 0) return []
  const placed = maps.flatMap((map) => placedAlarms(map, overlay))
  const shown = new Set(placed.map(({ cell }) => cell))
  const unplaced = alarms.filter(({ cell }) => !shown.has(cell)).map(({ cell, sentence }) => `${cell}: ${sentence}`)
  const sentences = [...placed.map(({ text }) => text), ...unplaced]
  const rest = sentences.length - TOLD
  return [
    `Alarm: ${countText(alarms.length)} ${alarms.length === 1 ? 'contradiction' : 'contradictions'} to what has been proved`,
    ...sentences.slice(0, TOLD),
    ...(rest > 0 ? [`and ${countText(rest)} more`] : []),
  ]
}

function placedAlarms(map: CellMap, overlay: Overlay): { cell: string; text: string }[] {
  const place = (column: number, row: number): string =>
    placeText(map, column, row) + (map.heading === '' ? '' : `, ${map.heading}`)
  return map.rows.values.flatMap((_, row) =>
    map.columns.values.flatMap((_, column) => {
      const cell = map.cellAt(column, row)
      if (cell === null) return []
      return alarmsOf(cell, overlay).map((sentence) => ({ cell: cell.cell, text: `${place(column, row)}: ${sentence}` }))
    }),
  )
}
