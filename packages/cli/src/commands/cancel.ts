import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'

export const cancel: Command = {
  name: 'cancel',
  summary: 'stop a sweep; what it has recorded is kept',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals, configuration, terminal, log }) => {
    return withInstallation({ configuration, log }, async (installation) => {
      const { id, state } = await installation.cancel(positionals[0] ?? '')
      terminal.message(`${id} is ${state}; what it has recorded is kept`)
      return EXIT.ok
    })
  },
}
