import type { Counts } from '../counts.ts'
import { checkCell, checkOptions, criterionOf } from './allocation-options.ts'
import type { AllocationCell, AllocationOptions } from './allocation-options.ts'
import { roundOf } from './decide-round.ts'
import type { Round } from './decide-round.ts'
import { verdictOn } from './verdicts.ts'

/** The rounds of an adaptive sweep up to the first whose trials are not all there. */
export interface Replay {
  /** In order; all but the last were complete. */
  readonly rounds: readonly Round[]
  /** [cell]: the counts on which the last round rests. */
  readonly cells: readonly AllocationCell[]
}

/**
 * Decides the rounds of a sweep from the beginning over the trials that exist, `countsAt(cell, n)`: the outcomes of
 * trials [0, n), null while some are neither recorded nor lost for good. The last round says what is wanting now, or
 * that the sweep is done. Trials beyond what a round asked for are not looked at.
 *
 * @throws RangeError on options or counts that `decideRound` refuses, or counts of another number of trials than n.
 */
export function replayRounds(
  cells: readonly Pick<AllocationCell, 'x' | 'y' | 'cost'>[],
  countsAt: (cell: number, trials: number) => Counts | null,
  options: AllocationOptions,
): Replay {
  checkOptions(options)
  const criterion = criterionOf(options)
  const verdictsOf = (counts: Counts) => options.levels.map((level) => verdictOn(counts, level, criterion))
  const current: AllocationCell[] = cells.map(({ x, y, cost }) => ({ x, y, cost, successes: 0, trials: 0 }))
  current.forEach(checkCell)
  const own = current.map(verdictsOf)
  const rounds: Round[] = []
  for (;;) {
    const round = roundOf(current, own, options)
    rounds.push(round)
    const arrived = round.requests.map(({ cell, to }) => ({ cell, to, counts: countsAt(cell, to) }))
    if (arrived.length === 0 || arrived.some(({ counts }) => counts === null)) return { rounds, cells: current }
    for (const { cell, to, counts } of arrived) {
      const next = withCounts(current[cell], counts, to)
      current[cell] = next
      own[cell] = verdictsOf(next)
    }
  }
}

function withCounts(cell: AllocationCell | undefined, counts: Counts | null, asked: number): AllocationCell {
  if (cell === undefined || counts === null) throw new RangeError('a round asked for a cell that does not exist')
  const { successes, trials, gaps = 0 } = counts
  if (trials + gaps !== asked) throw new RangeError(`expected the outcomes of ${asked} trials, got ${trials + gaps}`)
  const next = { x: cell.x, y: cell.y, cost: cell.cost, successes, trials, gaps }
  checkCell(next)
  return next
}
