import { FORMATS, tableOf } from '@collapsar/report'
import { sweepDocument } from '@collapsar/standalone'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { requireSweep } from '../require-sweep.ts'
import { withBackends } from '../with-backends.ts'

const NAMES = ['table', 'csv', 'json', 'parquet', 'svg', 'png'] as const

/** The map of a sweep as it stands. */
export const surface: Command = {
  name: 'surface',
  summary: 'print the map of a sweep, as it stands now',
  positionals: ['ID'],
  options: {
    format: { type: 'string', value: 'F', description: `one of ${NAMES.join(', ')} (default table)` },
    json: { type: 'boolean', value: null, description: 'short for --format json' },
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const format = options.oneOf('format', NAMES) ?? (options.flag('json') ? 'json' : 'table')
    return withBackends({ configuration, log }, async (backends) => {
      const document = await sweepDocument(backends.store, await requireSweep(backends.store, positionals[0] ?? ''))
      await terminal.data(
        format === 'table'
          ? tableOf(document, { columns: terminal.columns, colour: terminal.colour })
          : await FORMATS[format].render(document),
      )
      return document.cells.some((cell) => cell.gaps > 0) ? EXIT.gaps : EXIT.ok
    })
  },
}
