import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { requireSweep } from '../require-sweep.ts'
import { withBackends } from '../with-backends.ts'

export const retry: Command = {
  name: 'retry',
  summary: 'try the lost blocks of a sweep again',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals, configuration, terminal, log }) => {
    return withBackends({ configuration, log }, async (backends) => {
      const { id } = await requireSweep(backends.store, positionals[0] ?? '')
      const gaps = await backends.store.gaps(id)
      for (const gap of gaps) terminal.message(`block ${gap.block} of ${gap.cell}: ${gap.reason}`)
      const blocks = await backends.store.retryGaps(id)
      terminal.message(
        blocks === 0 ? `${id} has lost nothing` : `${blocks} blocks will be tried again by the next run of the file, or by the workers`,
      )
      return EXIT.ok
    })
  },
}
