import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'

export const pause: Command = {
  name: 'pause',
  summary: 'issue nothing more for a sweep until it is resumed',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals, configuration, terminal, log }) => {
    return withInstallation({ configuration, log }, async (installation) => {
      const { id, state } = await installation.pause(positionals[0] ?? '')
      terminal.message(`${id} is ${state}; collapsar resume ${id} goes on`)
      return EXIT.ok
    })
  },
}
