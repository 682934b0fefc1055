import { COMPARED_EVENTS } from '@collapsar/sweep'
import type { ComparedEvent, PairComparison } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

/** Two settings on the same initial networks. */
export const compare: Command = {
  name: 'compare',
  summary: 'compare two sweeps trial by trial, where both drew the same networks (McNemar, valid however often one looks)',
  positionals: ['A', 'B'],
  options: {
    event: { type: 'string', value: 'E', description: `one of ${COMPARED_EVENTS.join(', ')} (default collapse)` },
    json: JSON_OPTION,
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const event = options.oneOf('event', COMPARED_EVENTS) ?? 'collapse'
    const [first = '', second = ''] = positionals
    return withInstallation({ configuration, log }, async (installation) => {
      const document = { event, sweeps: [first, second], pairs: await installation.compare([first, second], event) }
      await terminal.data(options.flag('json') ? `${JSON.stringify(document, null, 2)}\n` : compareText(document.pairs, event))
      return EXIT.ok
    })
  },
}

function compareText(pairs: readonly PairComparison[], event: ComparedEvent): string {
  const lines = [
    `${event}: the first sweep's share less the second's, in percent, on the same initial networks`,
    '',
    ' depth  width   trials     both   only A   only B   difference                 E',
    ...pairs.map(pairLine),
    '',
    `* the settings differ: evidence E of at least ${20 * pairs.length}, which holds for all ${pairs.length} cells together at 95%, however often one looks.`,
    '[ , ] of the size of the difference, at the level that holds for all cells together: it is wider, and may hold 0 where E decides.',
    'E above 1 speaks for a difference.',
  ]
  return `${lines.join('\n')}\n`
}

function pairLine({ depth, width, counts, difference, logEvidence, differs }: PairComparison): string {
  const columns = [
    String(depth).padStart(6),
    String(width).padStart(6),
    ...[counts.trials, counts.both, counts.onlyFirst, counts.onlySecond].map((count) => String(count).padStart(8)),
    differenceText(difference).padEnd(22),
    Number(Math.exp(Math.min(logEvidence, 700)).toPrecision(3)).toString().padStart(9),
  ]
  return `${columns.join(' ')}${differs ? ' *' : ''}`
}

function differenceText({ estimate, low, high }: PairComparison['difference']): string {
  const share = (value: number): string => (100 * value).toFixed(1)
  return estimate === null ? '   –' : ` ${share(estimate).padStart(6)} [${share(low)}, ${share(high)}]`
}
