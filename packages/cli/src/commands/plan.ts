import type { PlanDocument } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { readSweep } from '../input-file.ts'
import { duration } from '../progress-line.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

/** What a run would do: nothing is created. */
export const plan: Command = {
  name: 'plan',
  summary: 'say what a sweep would train, what it reuses and how long it takes',
  positionals: ['FILE'],
  options: {
    explain: { type: 'boolean', value: null, description: 'say of every cell why it is new' },
    inits: { type: 'string', value: 'N', description: 'trials of every cell (wins over the file)' },
    'allow-slow': { type: 'boolean', value: null, description: 'plan even if a block of 100 trials takes over an hour' },
    json: JSON_OPTION,
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const { source } = await readSweep(positionals[0] ?? '', { inits: options.integer('inits', 1, 1e9), engine: null })
    return withInstallation({ configuration, log }, async (installation) => {
      const document = await installation.plan(source, options.flag('allow-slow'))
      await terminal.data(
        options.flag('json')
          ? `${JSON.stringify(document, null, 2)}\n`
          : planText(document, installation.trainedBy, options.flag('explain')),
      )
      return EXIT.ok
    })
  },
}

function planText(plan: PlanDocument, trainedBy: string, explain: boolean): string {
  const { cells, trials } = plan
  const lines = [
    `cells    ${cells.total}: ${cells.cached} complete, ${cells.partial} begun, ${cells.new} new`,
    `trials   ${trials.requested}: ${trials.reused} exist, ${trials.toRun} to train`,
    `time     about ${duration(plan.seconds)} ${trainedBy} (device time ${duration(plan.deviceSeconds.p50)}, 90%: ${duration(plan.deviceSeconds.p90)})`,
    ...plan.warnings.map((warning) => `warning  ${warning}`),
  ]
  if (explain) {
    lines.push('', ...plan.explain.map((cell) => `depth ${cell.depth}, width ${cell.width}: ${cell.reason}`))
  }
  return `${lines.join('\n')}\n`
}
