import { costOf } from './cost.ts'
import { reproductionDocument } from './document.ts'
import type { ReproductionDocument } from './document.ts'
import { measuredVerdicts } from './figures/measured-verdicts.ts'
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
  /** The figure that the paper has, else what was measured beside its references; worked out when it is wanted. */
  readonly figure: () => Promise<Figure>
}

/**
 * Runs the sweeps of a target one after the other and judges them.
 * @throws what the runner throws
 */
export async function reproduce(target: Target, { size, run, networks, threads }: ReproductionOptions): Promise<Reproduction> {
  const evidence: SweepEvidence[] = []
  for (const sweep of target.sweeps(size)) evidence.push(await run(sweep))
  const cost = costOf(target, size, threads)
  const document = reproductionDocument({ target, size, evidence, cost, date: new Date() })
  return {
    document,
    figure: async () => target.figure?.(evidence, networks) ?? { kind: 'verdicts', data: measuredVerdicts(document) },
  }
}
