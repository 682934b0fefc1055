import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'

export const retry: Command = {
  name: 'retry',
  summary: 'try the lost blocks of a sweep again',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals: [id = ''], configuration, terminal, log }) => {
    return withInstallation({ configuration, log }, async (installation) => {
      const { lost, blocks } = await installation.retry(id)
      for (const { block, cell, reason } of lost) terminal.message(`block ${block} of ${cell}: ${reason}`)
      terminal.message(
        blocks === 0 ? `${id} has lost nothing` : `${blocks} blocks will be tried again by the next run of the file, or by the workers`,
      )
      return EXIT.ok
    })
  },
}
