import { FORMATS, tableOf } from '@collapsar/report'
import type { SweepDocument } from '@collapsar/sweep'
import type { Invocation } from './command.ts'
import { duration } from './progress-line.ts'

/** Prints a sweep: one JSON document with --json, else the map, and on stderr what can be done next. */
export async function printDocument({ options, positionals, terminal }: Invocation, document: SweepDocument): Promise<void> {
  if (options.flag('json')) {
    await terminal.data(await FORMATS.json.render(document))
    return
  }
  await terminal.data(tableOf(document, { columns: terminal.columns, colour: terminal.colour }))
  const { trials, reused, seconds } = document.sweep
  const trained = Math.max(0, trials - reused)
  terminal.message('')
  terminal.message(
    `${trials.toLocaleString('en-US')} trials counted, ${trained.toLocaleString('en-US')} trained now` +
      ` in ${duration(seconds)}, ${reused.toLocaleString('en-US')} reused.`,
  )
  terminal.message('')
  terminal.message('What next:')
  const steps = nextSteps(document, positionals[0] ?? 'FILE')
  const width = Math.max(...steps.map(([command]) => command.length))
  for (const [command, meaning] of steps) terminal.message(`  ${command.padEnd(width)}  ${meaning}`)
}

/** Commands that can be pasted, and what they are for. */
function nextSteps({ sweep, cells }: SweepDocument, file: string): [string, string][] {
  const cell = cells.find(({ depth, width }) => depth >= 4 && width === 2) ?? cells[0]
  return [
    [`npx collapsar surface ${sweep.id} --format svg > map.svg`, 'the map as a picture (csv, parquet, png, json too)'],
    [`npx collapsar run ${file} --inits 2000`, 'trains only the difference; the same run again trains nothing'],
    [
      `npx collapsar replay ${file} --depth ${cell?.depth} --width ${cell?.width} --trial 0`,
      'one trial again, bit for bit',
    ],
    ['npx collapsar verify', 'every tally recomputed from its blocks'],
  ]
}
