import type { CellDocument } from '@collapsar/sweep'
import { CollapsarError } from '@collapsar/sweep'

/** The two swept parameters that span a map: `depth`, `width` or a dotted name. */
export interface MapAxes {
  /** From left to right. */
  readonly columns?: string
  /** Upwards. */
  readonly rows?: string
}

const SHAPE = ['depth', 'width']

/** The value of a swept parameter at a cell; undefined where it has none of that name. */
export function parameterOf(cell: CellDocument, name: string): unknown {
  if (name === 'depth') return cell.depth
  return name === 'width' ? cell.width : cell.axes?.[name]
}

/**
 * The parameters that span the maps: what was asked for, else depth and width where both vary, else the two that
 * vary. Unless asked for otherwise, depth runs to the right and width upwards.
 * @throws CollapsarError `invalid-request` where the sweep has no such parameter, or both are the same one.
 */
export function chosenAxes(cells: readonly CellDocument[], wanted: MapAxes = {}): Required<MapAxes> {
  const names = [...new Set([...SHAPE, ...cells.flatMap((cell) => Object.keys(cell.axes ?? {}))])]
  for (const side of ['columns', 'rows'] as const) {
    const name = wanted[side]
    if (name !== undefined && !names.includes(name)) throw refusal(side, name, names)
  }
  if (wanted.columns !== undefined && wanted.columns === wanted.rows) {
    throw refusal('rows', wanted.columns, names.filter((name) => name !== wanted.columns))
  }
  const pool = inOrderOfInterest(cells, names).filter((name) => name !== wanted.columns && name !== wanted.rows)
  const [first = 'depth', second = 'width'] = pool
  const turned = first === 'width' || second === 'depth'
  if (wanted.columns === undefined && wanted.rows === undefined) {
    return turned ? { columns: second, rows: first } : { columns: first, rows: second }
  }
  return { columns: wanted.columns ?? first, rows: wanted.rows ?? first }
}

/** Depth and width first where both vary, else what varies first; then the others. */
function inOrderOfInterest(cells: readonly CellDocument[], names: readonly string[]): string[] {
  const varies = (name: string): boolean =>
    new Set(cells.map((cell) => JSON.stringify(parameterOf(cell, name)))).size > 1
  const rank = (name: string): number => (varies(name) ? 0 : name === 'width' ? 1 : 2)
  return SHAPE.every(varies) ? [...names] : names.toSorted((a, b) => rank(a) - rank(b))
}

function refusal(side: keyof MapAxes, name: string, accepted: readonly string[]): CollapsarError {
  return new CollapsarError('invalid-request', `${side} is ${JSON.stringify(name)}; accepted: ${accepted.join(', ')}`)
}
