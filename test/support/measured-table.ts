/** A table of figures in a document, between the markers `<!-- name: begin -->` and `<!-- name: end -->`. Each row's first cell is the id of a measurement. */
export interface MeasuredTable {
  readonly name: string
  readonly header: readonly string[]
  /** Every id, in the order of the table. */
  readonly order: readonly string[]
}

type Cells = readonly string[]

/** The rows as Markdown. */
export function tableText({ header }: Pick<MeasuredTable, 'header'>, rows: readonly Cells[]): string {
  return [header, header.map(() => '---'), ...rows].map(lineOf).join('\n')
}

/**
 * The document with these rows in place of all that its table has of the same ids; the other rows stay.
 * @throws RangeError when the document has no place for the table
 */
export function withRows(document: string, table: MeasuredTable, rows: readonly Cells[]): string {
  const [beginMark, endMark] = [`<!-- ${table.name}: begin -->`, `<!-- ${table.name}: end -->`]
  const [begin, end] = [document.indexOf(beginMark), document.indexOf(endMark)]
  if (begin < 0 || end < begin) throw new RangeError(`the document has no place for the table: no ${beginMark} before ${endMark}`)
  const before = rowsOf(document.slice(begin + beginMark.length, end))
  const measured = new Set(rows.map(([id]) => id))
  const all = [...before.filter(([id]) => !measured.has(id)), ...rows]
  const inOrder = table.order.flatMap((id) => all.filter(([first]) => first === id))
  return `${document.slice(0, begin + beginMark.length)}\n${tableText(table, inOrder)}\n${document.slice(end)}`
}

/** Cells of the rows of a table, without its head. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '))
}

function lineOf(cells: Cells): string {
  return `| ${cells.join(' | ')} |`
}
