import { FORMATS, tableOf } from '@collapsar/report'
import type { SweepDocument } from '@collapsar/sweep'
import type { Invocation } from './command.ts'
import { duration } from './progress-line.ts'

/** Prints a sweep: one JSON document with --json, else the map, and on stderr what can be done next. */
export async function printDocument({ options, terminal }: Invocation, document: SweepDocument): Promise<void> {
  if (options.flag('json')) {
    await terminal.data(await FORMATS.json.render(document))
    return
  }
  await terminal.data(tableOf(document, { columns: terminal.columns, colour: terminal.colour }))
  const { id, trials, reused, seconds } = document.sweep
  const trained = Math.max(0, trials - reused)
  terminal.message('')
  terminal.message(
    `${trials.toLocaleString('en-US')} trials counted, ${trained.toLocaleString('en-US')} trained now` +
      ` in ${duration(seconds)}, ${reused.toLocaleString('en-US')} reused.`,
  )
  terminal.message('')
  terminal.message('What next:')
  terminal.message(`  npx collapsar surface ${id} --format svg > map.svg    the map as a picture (csv, parquet, png, json too)`)
  terminal.message('  the same run again                                   trains nothing; with --inits 2000 only the difference')
  const cell = document.cells.find(({ depth, width }) => depth >= 4 && width === 2) ?? document.cells[0]
  if (cell !== undefined) {
    terminal.message(
      `  npx collapsar replay FILE --depth ${cell.depth} --width ${cell.width} --trial 0`.padEnd(55) +
        ' one trial again, bit for bit',
    )
  }
  terminal.message('  npx collapsar verify                                 every tally recomputed from its blocks')
}
