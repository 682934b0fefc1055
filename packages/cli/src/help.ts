import { COMMON_OPTIONS } from './arguments.ts'
import type { Command } from './command.ts'
import type { OptionDefinition } from './options.ts'

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => signature(command).length))
  const lines = commands.map((command) => `  ${signature(command).padEnd(width)}  ${command.summary}`)
  return [
    'Collapsar estimates how likely a neural network is to collapse in training.',
    '',
    'usage: collapsar COMMAND [arguments] [options]',
    '',
    ...lines,
    '',
    'collapsar COMMAND --help lists the options of a command.',
    '',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS })
  const width = Math.max(...options.map(([name, option]) => optionName(name, option).length))
  const lines = options.map(
    ([name, option]) => `  ${optionName(name, option).padEnd(width)}  ${option.description}`,
  )
  return [`usage: collapsar ${signature(command)} [options]`, '', command.summary, '', ...lines, ''].join('\n')
}

function signature(command: Command): string {
  return [command.name, ...command.positionals].join(' ')
}

function optionName(name: string, option: OptionDefinition): string {
  return option.value === null ? `--${name}` : `--${name} ${option.value}`
}
