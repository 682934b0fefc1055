import { CollapsarError } from '@collapsar/sweep'
import type { NetworkReport } from '@collapsar/trial'
import { InvalidField, networkFromJson, networkReport } from '@collapsar/trial'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { readJson } from '../input-file.ts'
import { JSON_OPTION } from '../options.ts'

/** What a network given by its weights is made of. */
export const measure: Command = {
  name: 'measure',
  summary: 'count the affine pieces, regions, dead layers and directions of a network given by its weights',
  positionals: ['NETWORK.json'],
  options: { json: JSON_OPTION },
  run: async ({ positionals, options, terminal }) => {
    const path = positionals[0] ?? ''
    const report = measured(path, await readJson(path))
    await terminal.data(
      options.flag('json')
        ? `${JSON.stringify(report, null, 2)}\n`
        : Object.entries(report).map(([name, value]) => `${name.padEnd(10)}  ${shown(name, value, report)}\n`).join(''),
    )
    return EXIT.ok
  },
}

/** A count that was given up is a lower bound wherever it appears. */
function shown(name: string, value: unknown, { truncated = false }: NetworkReport): string {
  const isBound = truncated && ['pieces', 'regions', 'range'].includes(name)
  return isBound ? `at least ${JSON.stringify(value)} (a lower bound: too many cells)` : JSON.stringify(value)
}

function measured(path: string, source: unknown): NetworkReport {
  try {
    return networkReport(networkFromJson(source))
  } catch (cause) {
    if (!(cause instanceof InvalidField || cause instanceof RangeError)) throw cause
    throw new CollapsarError('invalid-file', `${path}: ${cause.message}`, { cause })
  }
}
