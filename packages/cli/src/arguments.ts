import { parseArgs } from 'node:util'
import { CollapsarError } from '@collapsar/sweep'
import type { Command } from './command.ts'
import type { OptionDefinition, Options } from './options.ts'

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionDefinition>> = {
  data: { type: 'string', value: 'DIR', description: "folder of the embedded database (COLLAPSAR_DATA; default: the user's data folder)" },
  threads: { type: 'string', value: 'N', description: 'processor cores to train on (default: all)' },
  help: { type: 'boolean', value: null, description: 'say what the command does' },
}

const PROBABILITY = 'a number above 0 and below 1'

export interface ParsedArguments {
  readonly positionals: readonly string[]
  readonly options: Options
}

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

/** @throws CollapsarError `usage` on an unknown option, a missing value, or too few or too many arguments. */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const definitions = { ...COMMON_OPTIONS, ...command.options }
  const { values, positionals } = parseStrictly(command, args, definitions)
  const options = createOptions(command, values)
  if (!options.flag('help') && !takes(command, positionals.length)) {
    throw usageError(command, positionalsDetail(command, positionals))
  }
  return { positionals, options }
}

function parseStrictly(
  command: Command,
  args: readonly string[],
  definitions: Readonly<Record<string, OptionDefinition>>,
): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(Object.entries(definitions).map(([name, { type, multiple = false }]) => [name, { type, multiple }]))
  try {
    return parseArgs({ args: withNegativeValues(args, definitions), options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw usageError(command, cause instanceof Error ? cause.message : String(cause))
  }
}

/** `--trial -1` as `--trial=-1`: the parser takes a value that begins with a dash for an option, and says so in words of its own. */
function withNegativeValues(args: readonly string[], definitions: Readonly<Record<string, OptionDefinition>>): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const joined: string[] = []
  for (const arg of args.slice(0, end)) {
    const option = joined.at(-1) ?? ''
    const awaitsValue = option.startsWith('--') && definitions[option.slice(2)]?.type === 'string'
    if (awaitsValue && /^-\.?\d/.test(arg)) joined.splice(-1, 1, `${option}=${arg}`)
    else joined.push(arg)
  }
  return [...joined, ...args.slice(end)]
}

/** A last name that ends in dots stands for any number of arguments, and for none. */
function takes({ positionals }: Command, received: number): boolean {
  const variadic = positionals.at(-1)?.includes('...') === true
  return variadic ? received >= positionals.length - 1 : received === positionals.length
}

function positionalsDetail(command: Command, received: readonly string[]): string {
  if (command.positionals.length === 0) return `takes no argument, received ${received.join(' ')}`
  return `takes ${command.positionals.join(' ')}, received ${received.length === 0 ? 'nothing' : received.join(' ')}`
}

function usageError(command: Command, detail: string): CollapsarError {
  return new CollapsarError('usage', `collapsar ${command.name}: ${detail}. See: collapsar ${command.name} --help`)
}

function probabilityOf(text: string): number | null {
  const value = /^[0-9.]+(e-?\d+)?$/i.test(text) ? Number(text) : NaN
  return value > 0 && value < 1 ? value : null
}

function createOptions(command: Command, values: Values): Options {
  const text = (name: string) => {
    const value = values[name]
    return typeof value === 'string' ? value : null
  }
  const integer = (name: string, minimum: number, maximum: number) => {
    const value = text(name)
    if (value === null) return null
    const parsed = /^[+-]?\d+$/.test(value) ? Number(value) : NaN
    if (parsed >= minimum && parsed <= maximum) return parsed
    throw usageError(command, `--${name} is ${value}; accepted: an integer from ${minimum} to ${maximum}`)
  }
  const missing = (name: string, accepted: string): never => {
    throw usageError(command, `--${name} is missing; accepted: ${accepted}`)
  }
  return {
    flag: (name) => values[name] === true,
    text,
    texts: (name) => [values[name] ?? []].flat().map(String),
    integer,
    probability: (name) => {
      const value = text(name)
      if (value === null) return null
      const parsed = probabilityOf(value)
      if (parsed !== null) return parsed
      throw usageError(command, `--${name} is ${value}; accepted: ${PROBABILITY}`)
    },
    probabilities: (name) => {
      const value = text(name)
      if (value === null) return null
      const parsed = value.split(',').flatMap((part) => probabilityOf(part.trim()) ?? [])
      if (parsed.length === value.split(',').length) return parsed
      throw usageError(command, `--${name} is ${value}; accepted: numbers above 0 and below 1, separated by commas`)
    },
    missing: (name) => missing(name, PROBABILITY),
    required: (name, minimum, maximum) => {
      const value = integer(name, minimum, maximum)
      return value ?? missing(name, `an integer from ${minimum} to ${maximum}`)
    },
    oneOf: (name, accepted) => {
      const value = text(name)
      if (value === null) return null
      const match = accepted.find((candidate) => candidate === value)
      if (match === undefined) throw usageError(command, `--${name} is ${value}; accepted: ${accepted.join(', ')}`)
      return match
    },
  }
}
