import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { requireSweep } from '../require-sweep.ts'
import { withBackends } from '../with-backends.ts'

export const cancel: Command = {
  name: 'cancel',
  summary: 'stop a sweep; what it has recorded is kept',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals, configuration, terminal, log }) => {
    return withBackends({ configuration, log }, async (backends) => {
      const { id } = await requireSweep(backends.store, positionals[0] ?? '')
      const { sweep, dropped } = await backends.store.cancel(id)
      terminal.message(`${sweep.id} is ${sweep.state}; ${dropped.length} chunks were dropped`)
      return EXIT.ok
    })
  },
}
