import { createHash } from 'node:crypto'
import type { SweepFile } from '@collapsar/sweep'
import type { Cost } from './cost.ts'
import { FAMILY_FALSE_ALARM, POWER, verdictOf } from './measurement.ts'
import type { Measurement, Verdict } from './measurement.ts'
import type { Paper, Size, SweepEvidence, Target } from './target.ts'

/**
 * What `reproduce --json` prints and `--out` writes. A function of the target, its size and the bits of its trials, but for `run`,
 * which says when and how long, and for the seconds that `cost` expects of the threads at hand.
 */
export interface ReproductionDocument {
  readonly schema: 'collapsar-reproduction/1'
  readonly number: number
  readonly name: string
  readonly title: string
  readonly paper: Paper
  readonly item: string
  readonly source: string
  readonly published: readonly string[]
  readonly protocol: readonly string[]
  readonly assumptions: readonly string[]
  readonly size: Size
  readonly verdict: Verdict
  readonly measurements: readonly Measurement[]
  /** Probability, at most, that a verdict is `fail` although nothing deviates. */
  readonly familyFalseAlarm: number
  /** Probability with which the `detectable` deviations are seen. */
  readonly power: number
  readonly sweeps: readonly { readonly file: SweepFile; readonly digest: string }[]
  /** Hexadecimal SHA-256 over the lines `<cell id> <trials> <cell digest or ->` of all sweeps, each ended by a line feed. */
  readonly digest: string
  readonly cost: Cost
  readonly run: {
    /** ISO 8601, UTC. */
    readonly date: string
    readonly seconds: number
    readonly trained: number
    readonly reused: number
  }
}

export interface Done {
  readonly target: Target
  readonly size: Size
  readonly evidence: readonly SweepEvidence[]
  readonly cost: Cost
  readonly date: Date
}

export function reproductionDocument({ target, size, evidence, cost, date }: Done): ReproductionDocument {
  const { number, name, title, paper, item, source, published, protocol, assumptions } = target
  const measurements = target.judge(evidence)
  const sweeps = target.sweeps(size).map(({ file }, index) => ({ file, digest: digestOf(evidence.slice(index, index + 1)) }))
  return {
    schema: 'collapsar-reproduction/1',
    number,
    name,
    title,
    paper,
    item,
    source,
    published,
    protocol,
    assumptions,
    size,
    verdict: verdictOf(measurements),
    measurements,
    familyFalseAlarm: FAMILY_FALSE_ALARM,
    power: POWER,
    sweeps,
    digest: digestOf(evidence),
    cost,
    run: runOf(evidence, date),
  }
}

function digestOf(evidence: readonly SweepEvidence[]): string {
  const hash = createHash('sha256')
  for (const { cell, trials, digest } of evidence.flatMap(({ document }) => document.cells)) {
    hash.update(`${cell} ${trials} ${digest ?? '-'}\n`)
  }
  return hash.digest('hex')
}

function runOf(evidence: readonly SweepEvidence[], date: Date): ReproductionDocument['run'] {
  const total = (count: (sweep: SweepEvidence['document']['sweep']) => number) =>
    evidence.reduce((sum, { document }) => sum + count(document.sweep), 0)
  const reused = total((sweep) => sweep.reused)
  return { date: date.toISOString(), seconds: total((sweep) => sweep.seconds), trained: total((sweep) => sweep.trials) - reused, reused }
}
