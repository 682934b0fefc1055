/** A corner of the grid of cells, in cells from the upper left; whole numbers. */
export type Corner = readonly [x: number, y: number]

/** A grid of numbers; null where there is none. */
export interface ValueGrid {
  readonly columns: number
  readonly rows: number
  valueAt(column: number, row: number): number | null
}

type Edge = readonly [Corner, Corner]

/**
 * The staircase between the cells that are below a level and those that are not, along the edges of the cells:
 * depth and width are whole numbers, with nothing between them to interpolate. Only edges between two cells with
 * a value count. Each edge lies on exactly one of the lines; a closed line ends where it begins.
 */
export function staircases(grid: ValueGrid, level: number): Corner[][] {
  return chain(boundaryEdges(grid, level)).map(straighten)
}

function boundaryEdges(grid: ValueGrid, level: number): Edge[] {
  const edges: Edge[] = []
  const differ = (a: number | null, b: number | null): boolean =>
    a !== null && b !== null && a < level !== b < level
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const value = grid.valueAt(column, row)
      const [right, below] = [grid.valueAt(column + 1, row), grid.valueAt(column, row + 1)]
      if (differ(value, right)) edges.push([[column + 1, row], [column + 1, row + 1]])
      if (differ(value, below)) edges.push([[column, row + 1], [column + 1, row + 1]])
    }
  }
  return edges
}

/** Joins edges into lines, beginning at corners with an odd number of edges, where a line must end. */
function chain(edges: readonly Edge[]): Corner[][] {
  const atCorner = new Map<string, Set<Edge>>()
  for (const edge of edges) {
    for (const corner of edge) atCorner.set(key(corner), (atCorner.get(key(corner)) ?? new Set()).add(edge))
  }
  const isOdd = (corner: Corner): boolean => (atCorner.get(key(corner))?.size ?? 0) % 2 === 1
  const lines: Corner[][] = []
  for (const start of edges.flat().filter(isOdd)) lines.push(walk(start, atCorner))
  for (const start of edges.flat()) lines.push(walk(start, atCorner))
  return lines.filter((line) => line.length > 1)
}

/** Follows unused edges from a corner until there is none, and uses them up. */
function walk(start: Corner, atCorner: ReadonlyMap<string, Set<Edge>>): Corner[] {
  const line = [start]
  for (let here = start; ; ) {
    const [edge] = atCorner.get(key(here)) ?? []
    if (edge === undefined) return line
    for (const corner of edge) atCorner.get(key(corner))?.delete(edge)
    here = key(edge[0]) === key(here) ? edge[1] : edge[0]
    line.push(here)
  }
}

/** Leaves out the corners at which a line does not turn. */
function straighten(line: readonly Corner[]): Corner[] {
  return line.filter((corner, index) => {
    const [before, after] = [line[index - 1], line[index + 1]]
    if (before === undefined || after === undefined) return true
    const isStraight = [0, 1].some((axis) => before[axis] === corner[axis] && corner[axis] === after[axis])
    return !isStraight
  })
}

function key(corner: Corner): string {
  return `${corner[0]} ${corner[1]}`
}
