import type { Command } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'
import { watchToEnd } from '../watch-sweep.ts'

export const watch: Command = {
  name: 'watch',
  summary: 'follow a sweep to its end and print its map; Ctrl-C only ends the watching',
  positionals: ['ID'],
  interruptible: true,
  options: { json: JSON_OPTION },
  run: async (invocation) => {
    const { positionals, configuration, log } = invocation
    return withInstallation({ configuration, log }, (installation) => watchToEnd(invocation, installation, positionals[0] ?? ''))
  },
}
