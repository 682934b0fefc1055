import type { Invocation } from './command.ts'
import { EXIT } from './command.ts'
import type { Installation, SweepStanding } from './installation/installation.ts'
import { printMap } from './print-document.ts'
import { progressLine } from './progress-line.ts'

/** Off a terminal a line is written at once, and then each time this much more is done. */
const PLAIN_STEP = 0.1

/** Follows a sweep to its end and prints its map. Ctrl-C only ends the watching. @returns the exit code */
export async function watchToEnd(invocation: Invocation, installation: Installation, id: string): Promise<number> {
  const { terminal, signal } = invocation
  const last = await showProgress(invocation, installation.watch(id, signal))
  if (signal.aborted && last?.sweep.finishedAt == null) {
    terminal.message(`detached: ${id} goes on at ${installation.place}; collapsar watch ${id} follows it again`)
    return EXIT.interrupted
  }
  const document = await installation.surface(id)
  await printMap(invocation, document)
  if (document.sweep.state === 'cancelled') {
    terminal.message(`${id} was cancelled; what it has recorded is kept`)
    return EXIT.conflict
  }
  return document.cells.some((cell) => cell.gaps > 0) ? EXIT.gaps : EXIT.ok
}

/** @returns how the sweep stood at last; null when nothing was heard of it */
async function showProgress({ terminal }: Invocation, standings: AsyncIterable<SweepStanding>): Promise<SweepStanding | null> {
  const started = performance.now()
  let initial: number | null = null
  let announced = -Infinity
  let last: SweepStanding | null = null
  for await (const standing of standings) {
    const { requested, counted, gaps } = standing.progress.trials
    // Whoever comes when all is there has seen nothing trained: what there is says more than 0 of 0.
    initial ??= counted + gaps >= requested ? 0 : counted
    last = standing
    const fraction = requested === 0 ? 1 : (counted + gaps) / requested
    const seconds = (performance.now() - started) / 1000
    const line = `${progressLine({ fraction, seconds, trained: counted - initial, toRun: requested - gaps - initial })}${pausedText(standing)}`
    terminal.status(line)
    if (!terminal.interactive && fraction >= announced + PLAIN_STEP) {
      announced = fraction
      terminal.message(line)
    }
  }
  return last
}

function pausedText({ sweep: { id, state } }: SweepStanding): string {
  return state === 'paused' ? `; paused, collapsar resume ${id} goes on` : ''
}
