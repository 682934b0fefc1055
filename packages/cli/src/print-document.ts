import { FORMATS, tableOf } from '@collapsar/report'
import { mixedEngines } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { Invocation } from './command.ts'
import { duration } from './progress-line.ts'

/** Prints a sweep: one JSON document with --json, else the map, and on stderr what can be done next. */
export async function printDocument(invocation: Invocation, document: SweepDocument): Promise<void> {
  const { options, positionals, terminal } = invocation
  await printMap(invocation, document)
  if (options.flag('json')) return
  const { trials, reused, seconds, until } = document.sweep
  const trained = Math.max(0, trials - reused)
  const rounds = until === undefined ? '' : ` in ${until.rounds + 1} rounds`
  terminal.message('')
  terminal.message(
    `${trials.toLocaleString('en-US')} trials counted${rounds}, ${trained.toLocaleString('en-US')} trained now` +
      ` in ${duration(seconds)}, ${reused.toLocaleString('en-US')} reused.`,
  )
  for (const sentence of undecidedText(document)) terminal.message(sentence)
  const mixed = mixedEngines(document)
  if (mixed !== null) terminal.message(`warning: ${mixed}`)
  terminal.message('')
  terminal.message('What next:')
  const steps = nextSteps(document, positionals[0] ?? 'FILE')
  const width = Math.max(...steps.map(([command]) => command.length))
  for (const [command, meaning] of steps) terminal.message(`  ${command.padEnd(width)}  ${meaning}`)
}

/** The document alone: as JSON with --json, else as the map. */
export async function printMap({ options, terminal }: Pick<Invocation, 'options' | 'terminal'>, document: SweepDocument): Promise<void> {
  await terminal.data(
    options.flag('json') ? await FORMATS.json.render(document) : tableOf(document, { columns: terminal.columns, colour: terminal.colour }),
  )
}

/** Why an adaptive sweep ended before every cell was decided. */
function undecidedText({ sweep: { state, until }, cells }: SweepDocument): string[] {
  if (state !== 'done' || until === undefined || until.decided === cells.length) return []
  const exhausted = cells.filter(({ inits }) => inits >= until.maxInits).length
  const reason = exhausted > 0 ? `with the ${until.maxInits.toLocaleString('en-US')} trials that until.maxInits allows a cell` : 'when no further round was asked for'
  return [`${until.decided} of ${cells.length} cells are decided; the others are not, ${reason}.`]
}

/** Commands that can be pasted, and what they are for. */
function nextSteps({ sweep, cells }: SweepDocument, file: string): [string, string][] {
  const cell = cells.find(({ depth, width }) => depth >= 4 && width === 2) ?? cells[0]
  return [
    [`npx collapsar surface ${sweep.id} --format svg > map.svg`, 'the map as a picture (csv, parquet, png, json too)'],
    [`npx collapsar figure ${sweep.id} --of collapse > collapse.svg`, 'P(collapse) against depth (hazard, pieces, function and more too)'],
    moreTrials(sweep, file),
    [
      `npx collapsar replay ${file} --depth ${cell?.depth} --width ${cell?.width} --trial 0`,
      'one trial again, bit for bit',
    ],
    ['npx collapsar verify', 'every tally recomputed from its blocks'],
  ]
}

/** --inits would take the place of until, and with it of the levels to decide. */
function moreTrials({ id, until }: SweepDocument['sweep'], file: string): [string, string] {
  if (until === undefined) return [`npx collapsar run ${file} --inits 2000`, 'trains only the difference; the same run again trains nothing']
  return [`npx collapsar contours ${id} --levels ${until.decide.join(',')}`, 'where P(collapse) crosses the levels; the same run again trains nothing']
}
