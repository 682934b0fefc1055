import { cellDocument, EMPTY_TALLY, parseSweep } from '@collapsar/sweep'
import type { Tally } from '@collapsar/sweep'
import { binomialTails } from '@collapsar/statistics'
import type { TrialSpec } from '@collapsar/trial'
import type { PlannedSweep, SweepEvidence } from '../target.ts'

/** Numbers in (0, 1), the same for the same seed (SplitMix32, Steele, Lea and Flood 2014, with its 32-bit finalizer). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let word = state
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return (((word ^ (word >>> 15)) >>> 0) + 0.5) / 2 ** 32
  }
}

/** A binomial count by inversion of its exact distribution. */
export function binomialCount(trials: number, probability: number, uniform: number): number {
  let [low, high] = [0, trials]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (binomialTails(middle, trials, probability).lower >= uniform) high = middle
    else low = middle + 1
  }
  return low
}

/** What a simulated cell counts. */
export interface SimulatedCounts {
  readonly bornDead: number
  readonly died?: number
}

/** A sweep as if it had been run, each cell with the counts given; pieces, losses and records stay empty. */
export function simulatedSweep(
  { file }: PlannedSweep,
  countsOf: (spec: TrialSpec, inits: number) => SimulatedCounts,
): SweepEvidence {
  const { cells } = parseSweep(file)
  const evidence = cells.map(({ cell, spec, inits, axes }) => {
    const tally = tallyOf(countsOf(spec, inits), inits)
    const document = cellDocument({ cell, spec, inits, tally, gaps: 0, digest: `${cell}-digest`, engines: [] }, axes)
    return { document, spec, tally, records: [], measurements: {} }
  })
  const trials = evidence.reduce((sum, { tally }) => sum + tally.trials, 0)
  const sweep = { id: 'sw-sample', name: file.name ?? '', state: 'done', setting: '', trials, reused: 0, seconds: 0 }
  return { document: { sweep, cells: evidence.map(({ document }) => document) }, cells: evidence }
}

function tallyOf({ bornDead, died = 0 }: SimulatedCounts, trials: number): Tally {
  const outcomes = { ...EMPTY_TALLY.outcomes, born_dead: bornDead, died_in_training: died, unfinished: trials - bornDead - died }
  return { ...EMPTY_TALLY, trials, outcomes }
}
