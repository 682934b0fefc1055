import { CollapsarError } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'

/** Asks for more than before: what exists is reused. */
export const extend: Command = {
  name: 'extend',
  summary: 'ask for more trials of a sweep, or for more rounds of one that decides levels',
  positionals: ['ID'],
  options: {
    inits: { type: 'string', value: 'N', description: 'trials of every cell' },
    'max-inits': { type: 'string', value: 'N', description: 'of a sweep with until: most trials of a cell' },
    'max-device-seconds': { type: 'string', value: 'S', description: 'of a sweep with until: seconds of workers after which no round follows' },
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const asked = {
      inits: options.integer('inits', 1, 1e9),
      maxInits: options.integer('max-inits', 1, 1e9),
      maxDeviceSeconds: options.integer('max-device-seconds', 1, 1e12),
    }
    const wish = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null)) as Partial<Record<keyof typeof asked, number>>
    if (Object.keys(wish).length === 0) {
      throw new CollapsarError('usage', 'collapsar extend: says nothing to extend to; accepted: --inits, --max-inits, --max-device-seconds. See: collapsar extend --help')
    }
    return withInstallation({ configuration, log }, async (installation) => {
      const { id, state } = await installation.extend(positionals[0] ?? '', wish)
      terminal.message(`${id} is ${state}, and asks for ${Object.entries(wish).map(([name, value]) => `${name} ${value}`).join(', ')}`)
      return EXIT.ok
    })
  },
}
