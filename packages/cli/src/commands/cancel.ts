import { openBackends } from '@collapsar/standalone'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { requireSweep } from '../require-sweep.ts'

export const cancel: Command = {
  name: 'cancel',
  summary: 'stop a sweep; what it has recorded is kept',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals, configuration, terminal, log }) => {
    const backends = await openBackends(configuration, log)
    try {
      const { id } = await requireSweep(backends.store, positionals[0] ?? '')
      const { sweep, dropped } = await backends.store.cancel(id)
      terminal.message(`${sweep.id} is ${sweep.state}; ${dropped.length} chunks were dropped`)
      return EXIT.ok
    } finally {
      await backends.close()
    }
  },
}
