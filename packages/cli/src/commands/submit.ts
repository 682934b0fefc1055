import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { readSource } from '../input-file.ts'
import { noServer } from '../installation/local-installation.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'
import type { Options } from '../options.ts'
import { watchToEnd } from '../watch-sweep.ts'

/** Hands a sweep to a server, which trains it whether anybody watches or not. */
export const submit: Command = {
  name: 'submit',
  summary: 'hand a sweep to the server of COLLAPSAR_URL; print its id',
  positionals: ['FILE'],
  interruptible: true,
  options: {
    watch: { type: 'boolean', value: null, description: 'follow it, and print its map at the end' },
    tag: { type: 'string', value: 'T', multiple: true, description: 'a label to find it by; may be given several times' },
    priority: { type: 'string', value: 'N', description: 'from -10 to 10: a higher one is trained first (default 0)' },
    'allow-slow': { type: 'boolean', value: null, description: 'submit even if a block of 100 trials takes over an hour' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { positionals, options, configuration, terminal, log } = invocation
    const source = labelled(await readSource(positionals[0] ?? ''), options)
    // Before a database is opened for nothing.
    if (configuration.server === null) throw noServer()
    return withInstallation({ configuration, log }, async (installation) => {
      const entry = await installation.submit(source, options.flag('allow-slow'))
      terminal.message(`submitted to ${installation.place}; collapsar watch ${entry.id} follows it`)
      if (options.flag('watch')) return watchToEnd(invocation, installation, entry.id)
      await terminal.data(options.flag('json') ? `${JSON.stringify(entry, null, 2)}\n` : `${entry.id}\n`)
      return EXIT.ok
    })
  },
}

type Source = Readonly<Record<string, unknown>>

/** Tags of the command line are added to those of the file; its priority wins. */
function labelled(source: Source, options: Options): Source {
  const [tags, priority] = [options.texts('tag'), options.integer('priority', -10, 10)]
  const known = Array.isArray(source['tags']) ? source['tags'].map(String) : []
  return {
    ...source,
    ...(tags.length > 0 && { tags: [...new Set([...known, ...tags])] }),
    ...(priority !== null && { priority }),
  }
}
