import { readFileSync } from 'node:fs'
import { CollapsarError } from '@collapsar/sweep'
import { parseArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { EXIT } from './command.ts'
import { COMMANDS } from './commands.ts'
import { readConfiguration } from './configuration.ts'
import { createLog } from './create-log.ts'
import { commandHelp, overview } from './help.ts'
import { openTerminal } from './terminal.ts'

/** Where a command line is read from and written to. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** The command line of this process. */
export async function main(): Promise<void> {
  process.exitCode = await runCommandLine(process.argv.slice(2), process)
}

/** Parses, runs one command, turns its outcome into an exit code. */
export async function runCommandLine([name, ...args]: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await dispatch(name, args, surroundings)
  } catch (error) {
    return report(error, surroundings)
  }
}

async function dispatch(name: string | undefined, args: readonly string[], surroundings: Surroundings): Promise<number> {
  if (name === '--version') {
    surroundings.stdout.write(`${releaseVersion()}\n`)
    return EXIT.ok
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    surroundings.stdout.write(overview(await Promise.all(Object.values(COMMANDS).map((load) => load()))))
    return EXIT.ok
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    throw new CollapsarError('usage', `There is no command ${name}; accepted: ${Object.keys(COMMANDS).join(', ')}`)
  }
  return execute(await load(), args, surroundings)
}

/** Of the command line's own package, beside `src` and `dist` alike. */
function releaseVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}

async function execute(command: Command, args: readonly string[], { env, stderr, stdout }: Surroundings): Promise<number> {
  const { positionals, options } = parseArguments(command, args)
  if (options.flag('help')) {
    stdout.write(commandHelp(command))
    return EXIT.ok
  }
  const configuration = readConfiguration(options, env)
  const terminal = openTerminal(stdout, stderr, configuration.colour)
  if (configuration.server !== null && command.readsDatabase === true) {
    terminal.message(`COLLAPSAR_URL is set, but ${command.name} does not ask a server: it reads the database of this machine`)
  }
  const log = createLog(configuration.logLevel ?? (command.service === true ? 'info' : 'error'))
  const interruptible = command.interruptible === true || command.service === true
  const { signal, urgent, release } = interruptible ? interruption(command.patient === true) : NEVER
  try {
    return await command.run({ positionals, options, configuration, terminal, log, signal, urgent })
  } catch (error) {
    if (!signal.aborted || error instanceof CollapsarError) throw error
    terminal.message('interrupted')
    return EXIT.interrupted
  } finally {
    release()
  }
}

const INTERRUPTIONS = ['SIGINT', 'SIGTERM'] as const

interface Interruption {
  readonly signal: AbortSignal
  readonly urgent: AbortSignal
  /** Nobody asks any more. */
  release(): void
}

/** Of commands that just end. */
const NEVER: Interruption = { signal: new AbortController().signal, urgent: new AbortController().signal, release: () => undefined }

/** The first Ctrl-C or SIGTERM asks for an orderly end, the second one of a patient command for haste; the next is the system's own. */
function interruption(patient: boolean): Interruption {
  const [asked, urged] = [new AbortController(), new AbortController()]
  const release = () => {
    for (const name of INTERRUPTIONS) process.off(name, interrupt)
  }
  const interrupt = (name: NodeJS.Signals) => {
    if (!patient || asked.signal.aborted) release()
    const next = asked.signal.aborted ? urged : asked
    next.abort(new Error(`interrupted by ${name}`))
  }
  for (const name of INTERRUPTIONS) process.on(name, interrupt)
  return { signal: asked.signal, urgent: urged.signal, release }
}

/** One sentence for what a user can mend; the stack for what only we can. */
function report(error: unknown, { stderr }: Surroundings): number {
  if (!(error instanceof CollapsarError)) {
    stderr.write(`collapsar: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return EXIT.error
  }
  if (error.problems.length > 1) {
    const lines = error.problems.map((problem) => `  ${problem.detail}`)
    stderr.write(`collapsar: the sweep is not valid:\n${lines.join('\n')}\n`)
  } else {
    stderr.write(`${error.message.startsWith('collapsar ') ? '' : 'collapsar: '}${error.message}\n`)
  }
  return error.exitCode
}
