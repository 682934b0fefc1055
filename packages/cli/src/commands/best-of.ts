import { CollapsarError } from '@collapsar/sweep'
import type { BestOfCell } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'
import type { Options } from '../options.ts'

/** What starting several times and keeping the best is worth. */
export const bestOf: Command = {
  name: 'best-of',
  summary: 'give the expected loss, or test error where `facts` measured it, of the best of K trainings of each cell, and how many restarts it takes until one is good',
  positionals: ['ID'],
  options: {
    depth: { type: 'string', value: 'D', description: 'only cells of this depth' },
    width: { type: 'string', value: 'W', description: 'only cells of this width' },
    starts: { type: 'string', value: 'K,...', description: 'the numbers K, each at most a third of the trials (default: all, or evenly in ln K)' },
    json: JSON_OPTION,
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const starts = startsOf(options)
    const [depth, width] = [options.integer('depth', 2, 200), options.integer('width', 1, 256)]
    return withInstallation({ configuration, log }, async (installation) => {
      const document = await installation.bestOf({ sweep: positionals[0] ?? '', depth, width, starts })
      if (document.cells.length === 0) terminal.message('no cell has trials enough to say anything')
      await terminal.data(options.flag('json') ? `${JSON.stringify(document, null, 2)}\n` : document.cells.map(cellText).join('\n'))
      return EXIT.ok
    })
  },
}

function startsOf(options: Options): readonly number[] | null {
  const text = options.text('starts')
  if (text === null) return null
  const starts = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN))
  if (starts.every((count) => count >= 1)) return starts
  throw new CollapsarError('usage', `collapsar best-of: --starts is ${text}; accepted: integers of at least 1, separated by commas`)
}

function cellText(cell: BestOfCell): string {
  const { depth, width, trials, clipped, clippedAt, points, converged, scoredBy } = cell
  const score = scoredBy === 'loss' ? 'loss' : 'test error'
  const rows = points.map(({ starts, expected, low, high }, i) => {
    const success = converged[i]
    const share = success === undefined ? '' : `   ${percent(success.estimate)} [${percent(success.low)}, ${percent(success.high)}]`
    return `  ${String(starts).padStart(6)}   ${scientific(expected)} [${scientific(low)}, ${scientific(high)}]${share}`
  })
  return [
    `depth ${depth}, width ${width}${axesText(cell)}: ${trials} trials`,
    `       K   ${`E[${score} of the best of K] [95%]`.padEnd(36)}   one converges, % [95%]`,
    ...thinned(rows),
    ...restartLines('one that has not collapsed', cell.untilAlive),
    ...restartLines('one that has converged', cell.untilConverged),
    ...demandedLines(cell),
    ...(clipped === 0 ? [] : [`  ${clipped} ${score === 'loss' ? 'losses' : 'test errors'} above that of the best constant, ${scientific(clippedAt)}, count as that much.`]),
    '',
  ].join('\n')
}

function axesText({ axes = {} }: BestOfCell): string {
  return Object.entries(axes).map(([name, value]) => `, ${name} ${JSON.stringify(value)}`).join('')
}

/** Rows that a person reads: the document has all of them. */
const SHOWN_ROWS = 12

function thinned(rows: readonly string[]): string[] {
  const every = Math.ceil(rows.length / SHOWN_ROWS)
  return rows.filter((_, i) => i % every === 0 || i === rows.length - 1)
}

function restartLines(goal: string, restarts: BestOfCell['untilAlive']): string[] {
  return restarts.map(({ certainty, estimate, low, high }) => {
    const many = estimate === null ? 'no number known' : `${estimate}`
    return `  trainings until ${goal}, ${percent(certainty)}% certain: ${many} [${low}, ${high ?? 'no bound'}]`
  })
}

/** One start is always demanded: that is nothing to say. */
function demandedLines({ demanded }: BestOfCell): string[] {
  return demanded.flatMap(({ certainty, starts }) =>
    starts === null || starts <= 1 ? [] : [`  proved: fewer than ${starts} cannot be ${percent(certainty)}% certain, however long they train`],
  )
}

function percent(share: number): string {
  return Number((100 * share).toPrecision(3)).toString()
}

function scientific(value: number): string {
  return value.toExponential(2)
}
