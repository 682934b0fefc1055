import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withBackends } from '../with-backends.ts'
import { JSON_OPTION } from '../options.ts'

const LISTED = 50

export const list: Command = {
  name: 'list',
  summary: 'list the newest sweeps',
  positionals: [],
  options: { json: JSON_OPTION },
  run: async ({ options, configuration, terminal, log }) => {
    return withBackends({ configuration, log }, async (backends) => {
      const sweeps = await backends.store.sweeps(LISTED)
      const rows = sweeps.map(({ id, name, state, createdAt }) => `${id}  ${state.padEnd(9)}  ${createdAt.toISOString()}  ${name}`)
      const entries = sweeps.map(({ id, name, state, createdAt, finishedAt }) => ({ id, name, state, createdAt, finishedAt }))
      await terminal.data(options.flag('json') ? `${JSON.stringify(entries, null, 2)}\n` : rows.map((row) => `${row}\n`).join(''))
      return EXIT.ok
    })
  },
}
