import { compareShare } from '../comparisons/share.ts'
import { bornDeadOf, onlyCell } from '../evidence.ts'
import { FAMILY_FALSE_ALARM } from '../measurement.ts'
import { LU_2020, LU_SOURCE, SIMULATION_SOURCE } from '../papers.ts'
import { PAPER_ASSUMPTIONS, PAPER_PROTOCOL } from '../protocol.ts'
import { bornDeadReference } from '../references/born-dead.ts'
import type { Target } from '../target.ts'
import { headlineSweep } from './headline-collapse.ts'

const COMPARISONS = 3
/** Death is looked for every 32 steps; the check after step 500 is that of step 512. */
const CHECK_STEPS = 32
const EARLY_STEPS = 512
/** A tenth of the trials more or less would be another story. */
const MATERIAL = 0.15

/** Of the collapsed networks, most were dead before training; the others die early in it. */
export const bornDeadOrDied: Target = {
  number: 5,
  name: 'born-dead-or-died',
  title: 'born dead, or died in training',
  paper: LU_2020,
  item: 'the two phases of dying, dead before and after training; no numbers of the split were published',
  source: `${LU_SOURCE}; ${SIMULATION_SOURCE}`,
  published: ['not published; the reference is an independent simulation: 88.0% born dead, 40% of the others die, 96% of them within 500 steps'],
  protocol: ['f(x) = |x|, depth 10, width 2: the trials of headline-collapse', ...PAPER_PROTOCOL],
  assumptions: [...PAPER_ASSUMPTIONS, 'early: certified by the check at step 512, the first at or after step 500'],
  sweeps: (size) => [{ ...headlineSweep(size), records: true }],
  judge: ([sweep]) => {
    const cell = onlyCell(sweep)
    const bornDead = bornDeadOf(cell)
    const died = cell.records.filter((record) => record.outcome === 'died_in_training')
    const early = died.filter((record) => record.deathCheck * CHECK_STEPS <= EARLY_STEPS)
    const compared = { kind: 'simulated', falseAlarm: FAMILY_FALSE_ALARM / COMPARISONS } as const
    return [
      compareShare({ ...compared, what: 'born dead', counts: bornDead, reference: bornDeadReference(10, 2), material: 0.05 }),
      compareShare({
        ...compared,
        what: 'died in training, of those born alive',
        counts: { successes: died.length, trials: bornDead.trials - bornDead.successes },
        reference: { probability: 386 / 965, trials: 965 },
        material: MATERIAL,
      }),
      compareShare({
        ...compared,
        what: `died within ${EARLY_STEPS} steps, of those that died`,
        counts: { successes: early.length, trials: died.length },
        reference: { probability: 218 / 228, trials: 228 },
        material: MATERIAL,
      }),
    ]
  },
}
