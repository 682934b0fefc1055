import type { Logger } from 'pino'
import type { Configuration } from './configuration.ts'
import type { OptionDefinition, Options } from './options.ts'
import type { Terminal } from './terminal.ts'

export interface Invocation {
  /** In the order of the command's `positionals`; all are there. */
  readonly positionals: readonly string[]
  readonly options: Options
  readonly configuration: Configuration
  readonly terminal: Terminal
  readonly log: Logger
  /** Aborts on the first Ctrl-C or SIGTERM; a second one ends the process at once, unless the command is `patient`. */
  readonly signal: AbortSignal
  /** Of a `patient` command: aborts on the second Ctrl-C or SIGTERM; a third one ends the process at once. */
  readonly urgent: AbortSignal
}

/** One command of the command line: one file in `commands/`. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** Names of the arguments; a last one with dots, as in `[NAME...]`, stands for any number of them. */
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, OptionDefinition>>
  /** Ends in order, by its signal, on Ctrl-C; so does every service. Others just end. */
  readonly interruptible?: boolean
  /** Takes its time after the first Ctrl-C or SIGTERM, and hurries after the second. */
  readonly patient?: boolean
  /** Works on the database itself, also where a server is set. */
  readonly readsDatabase?: boolean
  /** A service logs what it does; other commands log failures only. */
  readonly service?: boolean
  /** @returns the exit code */
  run(invocation: Invocation): Promise<number>
}

export const EXIT = { ok: 0, error: 1, conflict: 6, gaps: 8, verdict: 9, interrupted: 130 } as const
