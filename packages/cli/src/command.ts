import type { Logger } from 'pino'
import type { Configuration } from './configuration.ts'
import type { Terminal } from './terminal.ts'

export interface OptionDefinition {
  readonly type: 'string' | 'boolean'
  /** What the help calls the value, as in `--depth D`; null for a flag. */
  readonly value: string | null
  readonly description: string
}

export interface Invocation {
  /** By name, as the command's `positionals` list them; all are there. */
  readonly positionals: readonly string[]
  readonly options: Options
  readonly configuration: Configuration
  readonly terminal: Terminal
  readonly log: Logger
  /** Aborts on the first Ctrl-C or SIGTERM; a second one ends the process at once. */
  readonly signal: AbortSignal
}

/** One command of the command line: one file in `commands/`. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, OptionDefinition>>
  /** A service logs what it does; other commands log failures only. */
  readonly service?: boolean
  /** @returns the exit code */
  run(invocation: Invocation): Promise<number>
}

/** Parsed options with checks that name the value received and what is accepted. */
export interface Options {
  flag(name: string): boolean
  text(name: string): string | null
  /** @throws CollapsarError `usage` unless the value is an integer from `minimum` to `maximum`. */
  integer(name: string, minimum: number, maximum: number): number | null
  required(name: string, minimum: number, maximum: number): number
  oneOf<const T extends string>(name: string, accepted: readonly T[]): T | null
}

export const EXIT = { ok: 0, error: 1, gaps: 8, interrupted: 130 } as const

export const JSON_OPTION: OptionDefinition = { type: 'boolean', value: null, description: 'print one JSON document' }
