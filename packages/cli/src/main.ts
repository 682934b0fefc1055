import { CollapsarError } from '@collapsar/sweep'
import { pino } from 'pino'
import type { Logger } from 'pino'
import { parseArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { EXIT } from './command.ts'
import { COMMANDS } from './commands.ts'
import { readConfiguration } from './configuration.ts'
import { commandHelp, overview } from './help.ts'
import { openTerminal } from './terminal.ts'

/** The command line: parses, runs one command, turns its outcome into an exit code. */
export async function main(): Promise<void> {
  const [name, ...args] = process.argv.slice(2)
  try {
    process.exitCode = await dispatch(name, args)
  } catch (error) {
    process.exitCode = report(error)
  }
}

async function dispatch(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(overview(await Promise.all(Object.values(COMMANDS).map((load) => load()))))
    return EXIT.ok
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    throw new CollapsarError('usage', `There is no command ${name}; accepted: ${Object.keys(COMMANDS).join(', ')}`)
  }
  return execute(await load(), args)
}

async function execute(command: Command, args: readonly string[]): Promise<number> {
  const { positionals, options } = parseArguments(command, args)
  if (options.flag('help')) {
    process.stdout.write(commandHelp(command))
    return EXIT.ok
  }
  const configuration = readConfiguration(options, process.env)
  const terminal = openTerminal(process.stdout, process.stderr, configuration.colour)
  const log = createLog(configuration.logLevel ?? (command.service === true ? 'info' : 'error'))
  const interruptible = command.interruptible === true || command.service === true
  const signal = interruptible ? interruption() : new AbortController().signal
  try {
    return await command.run({ positionals, options, configuration, terminal, log, signal })
  } catch (error) {
    if (!signal.aborted || error instanceof CollapsarError) throw error
    terminal.message('interrupted')
    return EXIT.interrupted
  }
}

function createLog(level: string): Logger {
  return pino({ name: 'collapsar', level }, pino.destination({ dest: 2, sync: true }))
}

const INTERRUPTIONS = ['SIGINT', 'SIGTERM'] as const

/** The first Ctrl-C or SIGTERM asks for an orderly end; the second one is the system's own. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  const interrupt = (name: NodeJS.Signals) => {
    for (const other of INTERRUPTIONS) process.off(other, interrupt)
    controller.abort(new Error(`interrupted by ${name}`))
  }
  for (const name of INTERRUPTIONS) process.on(name, interrupt)
  return controller.signal
}

/** One sentence for what a user can mend; the stack for what only we can. */
function report(error: unknown): number {
  if (!(error instanceof CollapsarError)) {
    process.stderr.write(`collapsar: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return EXIT.error
  }
  if (error.problems.length > 1) {
    const lines = error.problems.map((problem) => `  ${problem.detail}`)
    process.stderr.write(`collapsar: the sweep is not valid:\n${lines.join('\n')}\n`)
  } else {
    process.stderr.write(`collapsar: ${error.message}\n`)
  }
  return error.exitCode
}
