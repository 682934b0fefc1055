import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'

export const resume: Command = {
  name: 'resume',
  summary: 'go on with a paused sweep',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals, configuration, terminal, log }) => {
    return withInstallation({ configuration, log }, async (installation) => {
      const { id, state } = await installation.resume(positionals[0] ?? '')
      terminal.message(`${id} is ${state}`)
      return EXIT.ok
    })
  },
}
