import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'

export const deleteSweep: Command = {
  name: 'delete',
  summary: 'forget a sweep that is paused, done or cancelled; its trials stay, for every other sweep',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals: [id = ''], configuration, terminal, log }) => {
    return withInstallation({ configuration, log }, async (installation) => {
      await installation.remove(id)
      terminal.message(`${id} is deleted; the trials of its cells are kept`)
      return EXIT.ok
    })
  },
}
