import type { LiveWorker, SweepRecord } from '@collapsar/store'
import { ASSUMED_FLOPS_PER_THREAD, ENGINE_KINDS, engineKinds, engineOf, planRound } from '@collapsar/sweep'
import type { CellProgress, Chunk, EngineKind, OpenSweep } from '@collapsar/sweep'

/** An active sweep and where its cells stand. */
export interface SweepStanding {
  readonly sweep: SweepRecord
  readonly progress: readonly CellProgress[]
}

/** The live workers of each kind of engine. */
export type Fleet = ReadonlyMap<EngineKind, readonly LiveWorker[]>

/** A worker's flop per second by the static cost model: measured, or assumed of its threads. */
export function workerSpeed(worker: LiveWorker): number {
  return worker.flopsPerSecond ?? worker.threads * ASSUMED_FLOPS_PER_THREAD
}

/** The kinds of engine with live workers, the fastest in all first: what is left is then finished soonest. */
export function fleetOf(workers: readonly LiveWorker[]): Fleet {
  const kinds = ENGINE_KINDS.map((kind) => [kind, workers.filter((worker) => worker.engine === kind)] as const)
  const live = kinds.filter(([, ofKind]) => ofKind.length > 0)
  return new Map(live.toSorted(([, a], [, b]) => fleetSpeed(b) - fleetSpeed(a)))
}

function fleetSpeed(workers: readonly LiveWorker[]): number {
  return workers.reduce((sum, worker) => sum + workerSpeed(worker), 0)
}

/**
 * The kinds that train a cell now: of those that its sweep allows, the ones with live workers. Where there is none, `cpu` if it may: every
 * installation has it, and a worker that comes finds work at once. Cells for other engines stay open until such a worker comes.
 */
function trainedBy(allowed: readonly EngineKind[], fleet: Fleet): readonly EngineKind[] {
  const live = allowed.filter((kind) => fleet.has(kind))
  return live.length > 0 ? live : allowed.filter((kind) => kind === 'cpu')
}

/** What engines of one kind are offered. */
export interface Offer {
  readonly kind: EngineKind
  readonly workers: readonly LiveWorker[]
  readonly sweeps: readonly OpenSweep[]
  /** The part of the open blocks that is theirs by their speed, where several kinds train a cell. */
  readonly blocks: number
}

/** What is open of the sweeps, by the kinds that train it now. A block may be offered to several kinds: the first to be fed claims it. */
export function offersOf(standings: readonly SweepStanding[], fleet: Fleet): readonly Offer[] {
  const kinds = [...new Set<EngineKind>([...fleet.keys(), 'cpu'])]
  const open = standings.map(({ sweep, progress }) => openOf(sweep, progress, fleet))
  return kinds.map((kind) => {
    const mine = open.map(({ sweep, ranges }) => ({ ...sweep, ranges: ranges.filter((range) => range.kinds.includes(kind)) }))
    const blocks = mine.flatMap(({ ranges }) => ranges.map((range) => range.count * speedShare(kind, range.kinds, fleet)))
    return {
      kind,
      workers: fleet.get(kind) ?? [],
      sweeps: mine.map(({ ranges, ...sweep }) => ({ ...sweep, open: ranges })),
      blocks: blocks.reduce((sum, one) => sum + one, 0),
    }
  })
}

function openOf({ id, owner, priority, source }: SweepRecord, progress: readonly CellProgress[], fleet: Fleet) {
  const plan = planRound(progress)
  const engine = engineOf(source)
  const ranges = (plan.kind === 'round' ? plan.open : []).map((range) => ({
    ...range,
    kinds: trainedBy(engineKinds(engine, range.spec.numerics), fleet),
  }))
  return { sweep: { id, owner, priority }, ranges }
}

function speedShare(kind: EngineKind, kinds: readonly EngineKind[], fleet: Fleet): number {
  if (kinds.length === 1) return 1
  const speeds = kinds.map((one) => fleetSpeed(fleet.get(one) ?? []))
  return fleetSpeed(fleet.get(kind) ?? []) / speeds.reduce((sum, one) => sum + one, 0)
}

/** Those of the live chunks of a kind without workers that some sweep allows a kind of the fleet to train. */
export function strandedChunks(chunks: readonly Chunk[], standings: readonly SweepStanding[], fleet: Fleet): readonly Chunk[] {
  return chunks.filter(({ cell, firstBlock }) =>
    standings.some(({ sweep, progress }) => {
      const wish = progress.find((one) => one.cell === cell)
      if (wish === undefined || wish.goalBlocks <= firstBlock) return false
      return engineKinds(engineOf(sweep.source), wish.spec.numerics).some((kind) => fleet.has(kind))
    }),
  )
}
