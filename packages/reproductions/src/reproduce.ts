import { costOf } from './cost.ts'
import { reproductionDocument } from './document.ts'
import type { ReproductionDocument } from './document.ts'
import type { Figure, NetworkSource, PlannedSweep, Size, SweepEvidence, Target } from './target.ts'

/** Runs a sweep file, or finds it done, and reads what came of it. */
export type SweepRunner = (sweep: PlannedSweep) => Promise<SweepEvidence>

export interface ReproductionOptions {
  readonly size: Size
  readonly run: SweepRunner
  /** What pictures of single networks are drawn from. */
  readonly networks: NetworkSource
  readonly threads: number
}

export interface Reproduction {
  readonly document: ReproductionDocument
  /** null where the target has none. */
  readonly figure: Figure | null
}

/**
 * Runs the sweeps of a target one after the other and judges them.
 * @throws what the runner throws
 */
export async function reproduce(target: Target, { size, run, networks, threads }: ReproductionOptions): Promise<Reproduction> {
  const evidence: SweepEvidence[] = []
  for (const sweep of target.sweeps(size)) evidence.push(await run(sweep))
  const cost = costOf(target, size, threads)
  return {
    document: reproductionDocument({ target, size, evidence, cost, date: new Date() }),
    figure: (await target.figure?.(evidence, networks)) ?? null,
  }
}
