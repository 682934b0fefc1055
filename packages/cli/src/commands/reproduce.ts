import { costOf, paperText, reproduce as reproduceTarget, TARGETS, textOf } from '@collapsar/reproductions'
import type { Reproduction, Size, Target } from '@collapsar/reproductions'
import { CollapsarError } from '@collapsar/sweep'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { embeddedNetworks, embeddedRunner, Interrupted } from '../embedded-runner.ts'
import { JSON_OPTION } from '../options.ts'
import { prepareFolder } from '../output-folder.ts'
import { duration } from '../progress-line.ts'
import { withBackends } from '../with-backends.ts'
import { writeIndex, writeReproduction } from '../write-reproduction.ts'

/** Longer runs want to be allowed: it is easily mistyped. */
const LONG_SECONDS = 3600

/** Published figures and numbers, each by one command: protocol, published, measured, verdict. */
export const reproduce: Command = {
  name: 'reproduce',
  summary: 'reproduce published figures and numbers, with a verdict; without NAME, list them',
  positionals: ['[NAME...]'],
  interruptible: true,
  options: {
    all: { type: 'boolean', value: null, description: 'all of them' },
    quick: { type: 'boolean', value: null, description: 'at a reduced size, which sees large deviations only' },
    out: { type: 'string', value: 'DIR', description: 'also write NAME.json, NAME.md, NAME.svg and NAME.png there, and README.md and verdicts.md of all that lie there' },
    'allow-slow': { type: 'boolean', value: null, description: 'run even if it takes over an hour' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { options, configuration, terminal, positionals, log } = invocation
    refuseContradictions(invocation)
    const chosen = chosenTargets(positionals, options.flag('all'))
    if (chosen.length === 0) {
      await terminal.data(listing(configuration.threads, options.flag('json')))
      return EXIT.ok
    }
    const size: Size = options.flag('quick') ? 'quick' : 'full'
    announce(invocation, chosen, size)
    const out = options.text('out')
    if (out !== null) prepareFolder(out)
    return withBackends({ configuration, log }, async (backends) => {
      const done: Reproduction[] = []
      const interrupted = await untilInterrupted(async () => {
        for (const target of chosen) {
          const reproduction = await reproduceTarget(target, {
            size,
            run: embeddedRunner(invocation, backends),
            networks: embeddedNetworks(invocation),
            threads: configuration.threads,
          })
          done.push(reproduction)
          if (out !== null) await writeReproduction(out, reproduction)
          if (!options.flag('json')) await terminal.data(`${textOf(reproduction.document)}\n`)
        }
      })
      if (out !== null) await writeIndex(out)
      if (options.flag('json')) await terminal.data(json(done.map(({ document }) => document)))
      if (interrupted) return EXIT.interrupted
      return done.some(({ document }) => document.verdict === 'fail') ? EXIT.error : EXIT.ok
    })
  },
}

/** @throws CollapsarError `usage` for options that the choice of targets would leave without effect, or the reverse */
function refuseContradictions({ options, positionals }: Invocation): void {
  if (options.flag('all') && positionals.length > 0) throw usage(`--all takes all of them, but received ${positionals.join(' ')}; accepted: one of the two`)
  if (options.flag('all') || positionals.length > 0) return
  const option = ['quick', 'allow-slow', 'out'].find((name) => options.flag(name) || options.text(name) !== null)
  if (option !== undefined) throw usage(`--${option} needs a NAME or --all`)
}

function usage(detail: string): CollapsarError {
  return new CollapsarError('usage', `collapsar reproduce: ${detail}. See: collapsar reproduce --help`)
}

/** @throws CollapsarError `not-found` for a name that no target has */
function chosenTargets(names: readonly string[], all: boolean): readonly Target[] {
  const known = TARGETS.map(({ name }) => name)
  const strange = names.filter((name) => !known.includes(name))
  if (strange.length > 0) {
    throw new CollapsarError('not-found', `There is no reproduction ${strange.join(', ')}; accepted: ${known.join(', ')}`)
  }
  return all ? TARGETS : TARGETS.filter(({ name }) => names.includes(name))
}

function listing(threads: number, asJson: boolean): string {
  const rows = TARGETS.map((target) => ({ target, quick: costOf(target, 'quick', threads), full: costOf(target, 'full', threads) }))
  if (asJson) return json(rows.map(({ target: { number, name, title, paper, item }, quick, full }) => ({ number, name, title, paper, item, cost: { quick, full } })))
  const width = Math.max(...TARGETS.map(({ name }) => name.length))
  const lines = rows.map(
    ({ target, quick, full }) =>
      `${String(target.number).padStart(2)}  ${target.name.padEnd(width)}  ${duration(quick.seconds).padStart(11)} ${duration(full.seconds).padStart(11)}  ` +
      `${target.title}. ${paperText(target.paper)}`,
  )
  return [`    ${'name'.padEnd(width)}  ${'--quick'.padStart(11)} ${'full'.padStart(11)}`, ...lines, ''].join('\n')
}

/** Says how long it takes before it does. @throws CollapsarError `too-slow` when that is over an hour and not allowed */
function announce({ options, configuration, terminal }: Invocation, targets: readonly Target[], size: Size): void {
  const seconds = targets.reduce((sum, target) => sum + costOf(target, size, configuration.threads).seconds, 0)
  terminal.message(`${targets.length} ${targets.length === 1 ? 'reproduction' : 'reproductions'}, ${size} size: about ${duration(seconds)} when none of their trials exist`)
  if (seconds <= LONG_SECONDS || options.flag('allow-slow')) return
  throw new CollapsarError('too-slow', `This takes about ${duration(seconds)}; accepted: up to ${duration(LONG_SECONDS)}; allow it with --allow-slow, or take --quick`)
}

/** Whether it was interrupted. What is done is kept and shown. */
async function untilInterrupted(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return false
  } catch (error) {
    if (error instanceof Interrupted) return true
    throw error
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
