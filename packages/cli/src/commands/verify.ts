import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withBackends } from '../with-backends.ts'
import { JSON_OPTION } from '../options.ts'

export const verify: Command = {
  name: 'verify',
  summary: 'recompute every digest and tally from the stored blocks and compare',
  positionals: [],
  readsDatabase: true,
  options: { json: JSON_OPTION },
  run: async ({ options, configuration, terminal, log }) => {
    return withBackends({ configuration, log }, async (backends) => {
      const report = await backends.store.verify((blocks) => terminal.status(`${blocks} blocks checked`))
      if (options.flag('json')) {
        await terminal.data(`${JSON.stringify(report, null, 2)}\n`)
      } else {
        const lines = report.mismatches.map(({ cell, block, detail }) => `${cell}${block === null ? '' : ` block ${block}`}: ${detail}\n`)
        const verdict = report.mismatches.length === 0 ? 'all agree' : `${report.mismatches.length} do not agree`
        await terminal.data(`${lines.join('')}${report.blocks} blocks of ${report.cells} cells: ${verdict}\n`)
      }
      return report.mismatches.length === 0 ? EXIT.ok : EXIT.error
    })
  },
}
