import { hasPortableBits, networkShape, parameterCount, trialBatch, trialRecord } from '@collapsar/trial'
import type { Engine, TrialRecord, TrialSpec } from '@collapsar/trial'
import { finiteOrNull, nestedParameters } from './parameters-json.ts'
import { recordDigest } from './record-digest.ts'

/** A record in words and JSON numbers; null for what is not defined or not finite. */
export interface DescribedRecord {
  readonly outcome: string
  /** From 1; 0 for none. */
  readonly deadLayer: number
  /** The network died after the first of these steps and not after the second. */
  readonly deathBracket: readonly [number, number] | null
  readonly loss: number | null
  readonly value: number | null
  readonly pieces: number | null
  /** Of the final parameter bits, 8 hexadecimal digits. */
  readonly checksum: string
}

/** One trial trained again, alone. */
export interface ReplayedTrial extends DescribedRecord {
  readonly cell: string
  readonly depth: number
  readonly width: number
  readonly trial: number
  /** Of everything that is recorded of the trial (`recordDigest`). */
  readonly digest: string
  /** Loss on the training points before each update and after the last, [update]. */
  readonly lossTrace: readonly (number | null)[]
  /** Parameters of each layer in turn (`nestedParameters`); null where there are more than was asked for. */
  readonly initial: readonly unknown[] | null
  readonly final: readonly unknown[] | null
}

export interface ReplayRequest {
  readonly cell: string
  readonly spec: TrialSpec
  readonly trial: number
  /** Networks with more are replayed without showing them; default: any number is shown. */
  readonly maximumParameters?: number
}

/** Trains one trial from its description alone. @throws what the engine throws. */
export async function replayTrial(
  engine: Engine,
  { cell, spec, trial, maximumParameters = Infinity }: ReplayRequest,
  signal: AbortSignal,
): Promise<ReplayedTrial> {
  const showsParameters = parameterCount(networkShape(spec)) <= maximumParameters
  const batch = trialBatch(spec, [trial], { trace: true })
  const trained = await engine.train(batch, signal)
  const record = trialRecord(batch, trained, spec.problem.domain, 0)
  return {
    cell,
    depth: spec.depth,
    width: spec.width,
    trial,
    ...describeRecord(record),
    digest: recordDigest(record),
    lossTrace: Array.from((trained.lossTrace ?? []).slice(0, (trained.endStep[0] ?? 0) + 1), finiteOrNull),
    initial: showsParameters ? nestedParameters(batch.shape, batch.initial) : null,
    final: showsParameters ? nestedParameters(batch.shape, trained.parameters) : null,
  }
}

const STEPS_BETWEEN_CHECKS = 32

export function describeRecord(record: TrialRecord): DescribedRecord {
  const { outcome, deadLayer, deathCheck } = record
  return {
    outcome,
    deadLayer,
    deathBracket:
      deathCheck === 0 ? null : [(deathCheck - 1) * STEPS_BETWEEN_CHECKS, deathCheck * STEPS_BETWEEN_CHECKS],
    loss: finiteOrNull(record.loss),
    value: finiteOrNull(record.value),
    pieces: record.pieces === 0 ? null : record.pieces,
    checksum: record.checksum.toString(16).padStart(8, '0'),
  }
}

/** A replay as it is stored and sent: of bounded size. */
export interface WireReplay extends ReplayedTrial {
  /** Updates from one entry of `lossTrace` to the next; the last entry is that after the last update. */
  readonly traceStride: number
  /**
   * Whether the trial is recorded, and then whether every recorded bit is equal; null where it is not recorded and where the bits of
   * one machine say nothing of another's.
   */
  readonly recorded: { readonly found: boolean; readonly equal: boolean | null }
  /** Id and version. */
  readonly engine: string
}

/** Initial and final parameters then take about 2 MB of JSON each. */
const MAXIMUM_PARAMETERS = 100_000
/** About 200 KB of JSON; a curve on a screen shows fewer. */
const MAXIMUM_TRACE = 10_000

/** Replays a trial for others: without its parameters where they are too many, its trace thinned where it is too long. */
export async function wireReplay(
  engine: Engine,
  { recorded, ...request }: Omit<ReplayRequest, 'maximumParameters'> & { readonly recorded: TrialRecord | null },
  signal: AbortSignal,
): Promise<WireReplay> {
  const { lossTrace, ...replayed } = await replayTrial(engine, { ...request, maximumParameters: MAXIMUM_PARAMETERS }, signal)
  const traceStride = Math.max(1, Math.ceil((lossTrace.length - 1) / MAXIMUM_TRACE))
  const isComparable = recorded !== null && hasPortableBits(request.spec.numerics)
  return {
    ...replayed,
    recorded: { found: recorded !== null, equal: isComparable ? recordDigest(recorded) === replayed.digest : null },
    engine: `${engine.id} ${engine.version}`,
    traceStride,
    lossTrace: lossTrace.filter((_, update) => update % traceStride === 0 || update === lossTrace.length - 1),
  }
}
