import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

const STATES = ['active', 'paused', 'done', 'cancelled'] as const

export const list: Command = {
  name: 'list',
  summary: 'list the newest sweeps',
  positionals: [],
  options: {
    tag: { type: 'string', value: 'T', description: 'only sweeps with this tag' },
    state: { type: 'string', value: 'S', description: `only sweeps that are ${STATES.join(', ')}` },
    json: JSON_OPTION,
  },
  run: async ({ options, configuration, terminal, log }) => {
    const filter = { tag: options.text('tag'), state: options.oneOf('state', STATES) }
    return withInstallation({ configuration, log }, async (installation) => {
      const entries = (await installation.sweeps(filter)).map(({ id, name, state, createdAt, finishedAt, owner, tags, priority }) => {
        return { id, name, state, createdAt, finishedAt, owner, tags, priority }
      })
      const rows = entries.map(({ id, name, state, createdAt, tags }) => `${id}  ${state.padEnd(9)}  ${createdAt}  ${name}${tags.map((tag) => `  #${tag}`).join('')}\n`)
      await terminal.data(options.flag('json') ? `${JSON.stringify(entries, null, 2)}\n` : rows.join(''))
      return EXIT.ok
    })
  },
}
